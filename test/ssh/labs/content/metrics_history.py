"""The metrics of the online evaluation lab as Prometheus would have seen them in the last hour, in OpenMetrics.

metrics_history.py NOW     seconds since 1970; half an hour of load that ends five minutes before
"""
import sys

now = int(sys.argv[1])
STEP, SECONDS = 15, 1800
start = now - 300 - SECONDS
COMMON = 'instance="fastapi_server:8000",job="food11"'
REQUESTS = f'handler="/predict",method="POST",{COMMON}'
SERIES = {  # by name and labels: how many a step
    ("http_requests", "counter"): {f'{{{REQUESTS},status="2xx"}}': 45, f'{{{REQUESTS},status="4xx"}}': 1, f'{{{REQUESTS},status="5xx"}}': 2},
    ("drift_events", "counter"): {f"{{{COMMON}}}": 1},
}
for (name, kind), all_labels in SERIES.items():
    print(f"# TYPE {name} {kind}")
    for labels, rate in all_labels.items():
        for at in range(0, SECONDS, STEP):
            print(f"{name}_total{labels} {rate * (at // STEP)} {start + at}")
print("# TYPE prediction_confidence histogram")
for at in range(0, SECONDS, STEP):
    count = 45 * (at // STEP)
    print(f'prediction_confidence_bucket{{le="+Inf",{COMMON}}} {count} {start + at}')
    print(f"prediction_confidence_count{{{COMMON}}} {count} {start + at}")
    print(f"prediction_confidence_sum{{{COMMON}}} {count * 0.6} {start + at}")
print("# EOF")
