"""Asks the model of a Triton on this host many times at once, so that it has put requests together."""
import concurrent.futures
import json
import urllib.request

picture = {"name": "INPUT_IMAGE", "shape": [1, 3, 32, 32], "datatype": "FP32", "data": [0.5] * 3072}
body = json.dumps({"inputs": [picture]}).encode()


def infer(_):
    url = "http://127.0.0.1:8000/v2/models/food_classifier/infer"
    urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=60).read()


with concurrent.futures.ThreadPoolExecutor(16) as pool:
    list(pool.map(infer, range(160)))
