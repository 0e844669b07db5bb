// A real OpenID Connect provider (node-oidc-provider) on loopback, for the tests of sign-in.
// Arguments: port, redirect address. Anyone who signs in as NAME is NAME@city.example, address verified,
// unless NAME begins with "unverified". The claim `groups` makes "coordinator-…" a coordinator.
import Provider from 'oidc-provider'

const [port, redirect] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'steuerrad',
    client_secret: 'only-for-tests-on-loopback',
    redirect_uris: [redirect],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name', 'groups'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['only-for-tests'] },
  async findAccount (ctx, id) {
    return {
      accountId: id,
      async claims () {
        return {
          sub: id,
          email: `${id}@city.example`,
          email_verified: !id.startsWith('unverified'),
          name: `Test ${id}`,
          given_name: 'Test',
          family_name: id,
          groups: id.startsWith('coordinator') ? ['staff', 'steuerrad:coordinator'] : ['staff'],
        }
      },
    }
  },
})

provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
