-- One row per number of personas that was tried, and how it did when the personas were found.
-- quality is the silhouette (-1 to 1), with Markov chains minus BIC per customer; chance is that of
-- customers whose features were shuffled among them, with Markov chains that of a single chain.
-- stability is the mean adjusted Rand index of the same customers over refits on customers drawn anew.
-- Where none is chosen, this data shows no separate personas. There are no rows where the number was set.
-- key: personas
-- not_null: quality, stability, is_chosen
select personas, quality, chance, quality - chance as gap, stability, is_chosen
from run.personas_tried
