"""The data platform lab's API as a stand-in, on a real FastAPI: the paths and /health of its two versions.

API_KAFKA  not empty: the second version, which counts its events
"""
import os
import uuid

from fastapi import FastAPI

app = FastAPI(title="GourmetGram API", version="1.0.0")
events = dict.fromkeys(("views", "comments", "flags", "uploads"), 0)


def made(kind=None):
    if kind is not None:
        events[kind] += 1
    return {"id": str(uuid.uuid4())}


@app.get("/health")
def health():
    if not os.environ.get("API_KAFKA"):
        return {"status": "healthy"}
    by_topic = {f"gourmetgram.{kind}": count for kind, count in events.items()}
    stats = {"total_events": sum(events.values()), "events_by_topic": by_topic, "errors": 0}
    return {"status": "healthy", "kafka_enabled": True, "kafka_stats": stats}


@app.post("/users/")
def user():
    return made()


@app.post("/upload/")
def upload():
    return made("uploads")


@app.post("/comments/")
def comment():
    return made("comments")


@app.post("/flags/")
def flag():
    return made("flags")


@app.post("/images/{image_id}/view")
def view(image_id: str):
    return {**made("views"), "image_id": image_id}
