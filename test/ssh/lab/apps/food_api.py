"""The labs' inference service as a stand-in: their paths, titles and metric names on a real FastAPI; no model behind it.

FOOD_TITLE    the title in openapi.json, by which the stages of the serving lab differ
FOOD_METRICS  empty: a fault is a 200 with the key "error" (serving lab); else a fault is a 500, and there are the
              metrics of that stage of the online evaluation lab: base, pred (predictions too), drift (drift too)
"""
import base64
import hashlib
import os

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

CLASSES = ("Bread", "Dairy product", "Dessert", "Egg", "Fried food", "Meat", "Noodles/Pasta", "Rice", "Seafood", "Soup",
           "Vegetable/Fruit")
STAGE = os.environ.get("FOOD_METRICS", "")
app = FastAPI(title=os.environ["FOOD_TITLE"], description="API for classifying food items from images", version="1.0.0")


class Picture(BaseModel):
    image: str


class Answer(BaseModel):
    prediction: str
    probability: float = Field(..., ge=0, le=1)


if STAGE in ("pred", "drift"):
    from prometheus_client import Counter, Histogram

    confidence = Histogram("prediction_confidence", "Confidence of predictions", buckets=[at / 10 for at in range(1, 10)])
    classes = Counter("predicted_class", "Predictions by class", ["class_name"])
if STAGE == "drift":
    drifts = Counter("drift_events", "Detected drifts")
    statistic = Histogram("drift_test_stat", "Statistic of the drift test")


def classified(picture):
    data = base64.b64decode(picture.image, validate=True)
    if data[:2] != b"\xff\xd8":
        raise ValueError("cannot identify image file")
    first = hashlib.sha256(data).digest()
    return CLASSES[first[0] % len(CLASSES)], 0.3 + first[1] / 400


@app.post("/predict")
def predict(picture: Picture):
    try:
        name, probability = classified(picture)
    except ValueError as fault:
        if STAGE:
            raise HTTPException(status_code=500, detail=str(fault)) from fault
        return {"error": str(fault)}
    if STAGE in ("pred", "drift"):
        confidence.observe(probability)
        classes.labels(class_name=name).inc()
    if STAGE == "drift":
        statistic.observe(probability)
        if probability > 0.5:
            drifts.inc()
    return Answer(prediction=name, probability=probability)


if STAGE:
    from prometheus_fastapi_instrumentator import Instrumentator

    Instrumentator().instrument(app).expose(app)
