"""The project of the lab in a Label Studio of this host, with some of its ten tasks labelled. Can be repeated with more.

label_studio.py TOKEN COUNT
"""
import json
import sys
import urllib.request

token, count = sys.argv[1], int(sys.argv[2])
CLASSES = ["Bread", "Dairy product", "Dessert", "Egg", "Fried food", "Meat", "Noodles/Pasta", "Rice", "Seafood", "Soup", "Vegetable/Fruit"]
CHOICES = "".join(f'<Choice value="{name}"/>' for name in CLASSES)
CONFIG = f'<View><Image name="image" value="$image" maxWidth="500px"/><Choices name="choice" toName="image" showInLine="true">{CHOICES}</Choices></View>'


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:8080" + path, data, headers, method=method), timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None


if not call("GET", "/api/projects?page_size=100")["results"]:
    me = call("GET", "/api/current-user/whoami")
    call("PATCH", f"/api/users/{me['id']}/", {"first_name": "Ada", "last_name": "Brown"})
    project = call("POST", "/api/projects", {"title": "Food11 Production", "label_config": CONFIG})
    call("POST", f"/api/projects/{project['id']}/import", [{"image": f"http://127.0.0.1:9000/production/{at}.jpeg"} for at in range(10)])
for task in call("GET", "/api/tasks?project=1&page_size=100")["tasks"][:count]:
    if task["total_annotations"] == 0:
        chosen = {"from_name": "choice", "to_name": "image", "type": "choices", "value": {"choices": ["Soup"]}}
        call("POST", f"/api/tasks/{task['id']}/annotations/", {"result": [chosen]})
