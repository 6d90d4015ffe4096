"""Questions asked of a published warehouse: funnels, path queries, what is around a touchpoint.

Each is one query over the warehouse with its values bound, so that millions of steps are no
matter; what comes back is a pandas frame with counts, rates and their 95 % intervals.
"""
