#!/usr/bin/env python3
"""scikit-learn's isolation forest on a matrix that bench/models.ts wrote: the other half of `npm run bench:models`.

compare-isolation-forest.py FOLDER FEATURES SAMPLE_SIZE SEEDS
  FOLDER/values.f32 rows of FEATURES floats, FOLDER/labels.u8 (if there) 1 for wrong rows. Prints JSON, one line a seed.
Needs numpy and scikit-learn:  python3 -m venv venv && venv/bin/pip install scikit-learn
"""
import json
import os
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score

folder, features, size, seeds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
x = np.fromfile(os.path.join(folder, 'values.f32'), np.float32).reshape(-1, features)
path = os.path.join(folder, 'labels.u8')
y = np.fromfile(path, np.uint8) if os.path.exists(path) else None
out = []
for seed in map(int, seeds.split(',')):
    start = time.process_time()
    forest = IsolationForest(n_estimators=100, max_samples=size, random_state=seed, n_jobs=1).fit(x)
    fitted = time.process_time()
    scores = -forest.score_samples(x)
    done = time.process_time()
    line = dict(seed=seed, fit_cpu_s=fitted - start, score_cpu_s=done - fitted)
    if y is not None:
        line.update(auroc=roc_auc_score(y, scores), auprc=average_precision_score(y, scores))
    out.append(line)
print(json.dumps(dict(version=sklearn.__version__, seeds=out)))
