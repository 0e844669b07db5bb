"""The Smart City Index: editions, results of all cities, checks, comparison and the yearly memo.

Read by everybody; results are imported and the memo is released by the digital office.
"""
