"""A real Triton Inference Server (that of the nvidia-pytriton wheel) on the CPU, with a model by the lab's name; a Python
function stands behind it.

TRITON_PREFERRED  preferred batch sizes; empty: no dynamic batching
"""
import os

import numpy as np
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

preferred = [int(size) for size in os.environ.get("TRITON_PREFERRED", "4,6,8,10").split(",") if size]


@batch
def classify(INPUT_IMAGE):
    means = INPUT_IMAGE.mean(axis=(2, 3))
    return {"PROBABILITY": np.tile(means[:, :1], (1, 11)).astype(np.float32)}


addresses = {f"{kind}_address": "127.0.0.1" for kind in ("http", "grpc", "metrics")}
with Triton(config=TritonConfig(**addresses, http_port=8000, grpc_port=8001, metrics_port=8002)) as triton:
    triton.bind(
        model_name="food_classifier",
        infer_func=[classify, classify],
        inputs=[Tensor(name="INPUT_IMAGE", dtype=np.float32, shape=(3, -1, -1))],
        outputs=[Tensor(name="PROBABILITY", dtype=np.float32, shape=(11,))],
        config=ModelConfig(
            max_batch_size=16,
            batching=True,
            batcher=DynamicBatcher(preferred_batch_size=preferred or None, max_queue_delay_microseconds=100),
        ),
    )
    triton.serve()
