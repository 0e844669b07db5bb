"""Loading the strategy from a city's folder: every file is read and checked first, then all is written."""

from steuerrad.kernel.contributions import CityLoader
from steuerrad.modules.strategy.loaders.reading import read_strategy
from steuerrad.modules.strategy.loaders.writing import write_strategy
from steuerrad.platform.city.loading import LoadContext


def load_strategy(context: LoadContext) -> None:
    files = read_strategy(context)
    if not context.problems:
        write_strategy(context, files)


LOADERS = (CityLoader("strategy.strategy", 20, load_strategy),)
