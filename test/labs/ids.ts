/** The checks that each lab must have, by its id: 664 of the labs, and those of the class project. */
export const idsByLab: Readonly<Record<string, string>> = {
  'lab1-hello-chameleon': `
    auth-kvm project-member local-key-exists keypair-kvm-tacc keypair-chi-tacc keypair-chi-uc
    lease-active lease-flavor-small lease-duration server-active server-image server-flavor-reserved
    server-sharednet1 fip-associated sg-allow-ssh sg-attached port-22-open ssh-login hello-file scp-down
    scp-up hello-linux-optional cleanup-server cleanup-fip cleanup-lease
  `,
  'lab2-cloud': `
    keypair-present private-net private-subnet port1 sg-allow-ssh sg-allow-http-80 lease1-active
    lease1-flavor node1-active node1-image node1-reserved-flavor node1-nics node1-groups fip-node1
    ssh-node1 hosts-entry-node1 port2 port3 lease2-active node2-active node3-active node23-groups
    ssh-node2-jump ssh-node3-jump docker-installed docker-group docker-usable hello-world-ran
    images-pulled nginx-public-running nginx-public-http overlay-edit webvol-exists webvol-edited
    bind-mount-page gourmetgram-cloned gourmetgram-image gourmetgram-container gourmetgram-http
    gourmetgram-predict node1-cluster-key cluster-ssh firewall-off docker-daemon-json kubespray-cloned
    kubespray-venv kubespray-manager kubespray-metrics kubespray-inventory kubeconfig k8s-nodes-ready
    k8s-metrics registry-running registry-has-app k8s-namespace k8s-service k8s-deployment
    siege-installed k8s-six-replicas k8s-spread k8s-hpa k8s-hpa-scaled k8s-stopped cleanup-fip
    cleanup-servers cleanup-ports cleanup-network cleanup-leases
  `,
  'lab3-mlops': `
    keypair-present security-groups app-credential tools-installed clouds-yaml-filled lease-active
    lease-flavor private-net private-subnet private-ports shared-ports servers-active servers-reserved
    fip-node1 terraform-state terraform-output ssh-node1 ssh-inner ansible-cfg ansible-ping
    firewall-masked docker-daemon-json k8s-nodes-ready k8s-addons kubectl-as-cc docker-group ipv6-off
    coredns-patched nodelocaldns-patched dashboard-admin argocd-cli argocd-up argo-workflows-up
    argo-events-up argocd-secret-copied ui-dashboard ui-argocd ui-argo-workflows gateway-crds
    app-platform platform-secrets platform-pods platform-pvcs mlflow-http external-ip-right
    build-initial build-training-initial registry-initial-tags registry-train-tag app-staging app-canary
    app-production http-staging http-canary http-production http-gateway workflow-templates cron-present
    train-succeeded model-registered alias-development build-succeeded registry-staging-tag
    deploy-staging staging-image-param staging-version test-staging-passed alias-staging-approved
    promote-canary canary-version promote-production production-version gateway-split bad-train
    bad-blocked bad-not-in-canary cron-quarter-hour cron-fired cleanup-fip cleanup-servers cleanup-ports
    cleanup-network cleanup-terraform cleanup-lease cleanup-app-credential
  `,
  'lab4-llm-multi': `
    key-at-site lease-exists lease-resource lease-length lease-active boot-volume server-active
    server-image server-flavor security-groups fip-associated ssh-ready repo-cloned docker-ready
    nvidia-runtime gpu-count image-built jupyter-running jupyter-token jupyter-http gpus-in-container
    dataset-unpacked exp1-one-gpu exp2-ddp exp3-fsdp ddp-live clean-server clean-lease clean-volume
    clean-fip
  `,
  'lab4-llm-single': `
    key-at-site lease-exists lease-resource lease-length lease-active boot-volume server-active
    server-image server-flavor security-groups fip-associated ssh-ready repo-cloned docker-ready
    nvidia-runtime gpu-count image-built jupyter-running jupyter-token jupyter-http gpu-in-container
    dataset-unpacked exp-baseline exp-small-batch exp-grad-accum exp-grad-accum-lr4 exp-bf16-true
    exp-bf16-mixed exp-opt67b exp-xxl-oom exp-xxl-bs1-oom exp-xxl-sgd exp-xxl-adam8bit exp-act-ckpt
    exp-cpu-offload exp-lora exp-qlora clean-server clean-lease clean-volume clean-fip
  `,
  'lab5-mlflow': `
    key-at-site lease-exists lease-resource lease-length lease-active server-active server-image
    security-groups fip-associated ssh-ready repo-cloned docker-ready gpu-visible nvidia-runtime
    nvtop-installed image-built volume-created data-loaded data-layout stack-running minio-healthy
    bucket-exists mlflow-http minio-console-http jupyter-running jupyter-env jupyter-http train-repo
    experiment-created torch-run system-metrics gpu-info-artifact commit-num-workers torch-run-fast
    run-description model-logged model-registered lightning-branch lightning-run lightning-rank0-only
    compare-runs staging-registered model-downloaded clean-stack clean-jupyter clean-server clean-lease
    clean-fip
  `,
  'lab5-ray': `
    key-at-site lease-exists lease-resource lease-length lease-active server-active server-image
    fip-associated ssh-ready repo-cloned docker-ready gpu-count nvidia-runtime nvtop-installed
    volume-created data-loaded data-layout worker-image cluster-running worker-gpus bucket-exists
    ray-http ray-nodes grafana-http minio-console-http jupyter-running jupyter-env jupyter-http
    train-repo job-plain job-infeasible job-train job-two-workers job-fractional job-fault-tolerance
    worker-restarted job-tune clean-cluster clean-jupyter clean-server clean-lease clean-fip
  `,
  'lab6-serve-edge': `
    lease-exists lease-resource lease-length lease-active container-running container-image fip-bound
    jupyter-http jupyter-token jupyter-login materials-models materials-notebook onnxruntime-installed
    device-is-pi5 measured-baseline measured-all clean-container clean-lease clean-fip
  `,
  'lab6-serve-model': `
    key-at-site lease-exists lease-resource lease-length lease-active server-active server-image
    fip-associated ssh-ready repo-cloned docker-ready nvidia-runtime gpu-visible volume-created
    data-loaded data-layout image-base jupyter-base jupyter-http torch-measured torch-compiled
    onnx-exported onnx-measured graph-optimized quant-dynamic quant-aggressive quant-conservative
    optimize-measured jupyter-gpu ep-cpu ep-gpu ep-tensorrt jupyter-openvino ep-openvino clean-jupyter
    clean-server clean-lease clean-fip
  `,
  'lab6-serve-system': `
    key-at-site lease-exists lease-resource lease-length lease-active server-active server-image
    fip-associated ssh-ready repo-cloned docker-ready nvidia-runtime gpu-count nvtop-installed
    fastapi-stack fastapi-pt-http fastapi-predict flask-http flask-end-to-end jupyter-token jupyter-http
    fastapi-pt-measured fastapi-onnx-edit fastapi-onnx-http fastapi-onnx-measured fastapi-down
    triton-models triton-stack triton-ready triton-flask triton-bench-base triton-dynamic-batching
    triton-batched triton-scale-2x2 triton-scale-4x2 triton-onnx-ready triton-onnx-scaled
    triton-bench-all flask-onnx clean-triton clean-server clean-lease clean-fip
  `,
  'lab7-eval-loop': `
    server-active server-flavor server-image lease-active floating-ip security-groups ssh-login
    repo-cloned docker-ready docker-network production-stack minio-init-done minio-live
    bucket-production flask-end-to-end ten-production-images labelstudio-up jupyter-running object-tags
    ls-profile-name ls-project-production ls-label-config ls-storage-synced ls-production-labelled
    jupyter-token accuracy-computed ls-random-sample ls-random-labelled ls-low-confidence
    ls-low-labelled flask-feedback-branch flagged-tag ls-user-flagged compose-userlabel
    flask-userlabel-branch corrected-tag notebooks-executed airflow-up airflow-dags dag-hello-success
    dag-pipeline1-success dag-pipeline2-success cleanup-server cleanup-fip cleanup-lease
  `,
  'lab7-eval-offline': `
    key-on-kvm server-active server-image server-flavor lease-active floating-ip sg-ssh sg-8888
    ssh-login repo-cloned docker-ready volume-food11 data-loader-done data-splits data-classes
    jupyter-running jupyter-http jupyter-token jupyter-data-env jupyter-packages model-file
    notebook-accuracy notebook-executed pytest-suite-ran pytest-output cleanup-server cleanup-fip
    cleanup-lease
  `,
  'lab7-eval-online': `
    lease-active server-active server-on-lease server-image floating-ip security-groups ssh-login
    repo-cloned docker-ready volume-food11 data-loader-done data-splits stack-running jupyter-http
    jupyter-token alibi-installed fastapi-openapi flask-end-to-end prom-target-up predict-requests
    grafana-up grafana-datasource dash-service dash-service-panels load-ramp error-responses
    alert-failed-requests alert-failed-fired pred-metrics-code pred-metrics-live dash-prediction
    pred-traffic alert-low-confidence alert-low-fired cadvisor-running prom-cadvisor-up dash-cadvisor
    container-metrics drift-detector-saved drift-detector-copied drift-code drift-service-up
    drift-metrics-live dash-drift drift-events notebook-executed stack-down cleanup-server cleanup-fip
    cleanup-lease
  `,
  'lab8-data-persist': `
    key-both-sites server-active server-flavor server-image lease-active floating-ip security-groups
    ssh-login repo-cloned docker-ready container-exists app-credential rclone-installed fuse-allow-other
    rclone-config rclone-auth etl-loaded etl-transformed etl-complete staging-removed object-mounted
    object-mount-content jupyter-object demo-accuracy jupyter-stopped volume-exists volume-attached
    volume-visible volume-ext4 volume-mounted volume-owner block-stack data-on-volume bucket-mlflow
    mlflow-up mlflow-experiment mlflow-metric mlflow-artifact server-recreated volume-reattached
    mlflow-persisted python-volume-gone cleanup-server cleanup-fip cleanup-volume cleanup-container
    cleanup-lease app-credential-left
  `,
  'lab8-data-platform': `
    lease-active server-active server-on-lease server-image floating-ip security-groups ssh-login
    repo-cloned docker-ready postgres-healthy adminer-up app-tables databases minio-healthy buckets
    dataset-ready api-v1-health api-docs generator-running rows-accumulate views-accumulate
    images-in-bucket v1-stopped api-v2-kafka realtime-stack redpanda-healthy topics topic-traffic
    redis-ping redis-features console-ui redisinsight-ui viral-image moderation-topic moderation-row
    risk-log airflow-init-done airflow-healthy airflow-dags dag-aggregation-ok watermark
    iceberg-window-tables iceberg-window-files nimtable-up nimtable-catalog dag-training-ok
    iceberg-training-table jupyter-running model-artifacts model-metadata notebook-executed
    cleanup-server cleanup-lease cleanup-fip
  `,
  project: `
    name-suffix one-fip-per-site vm-max-age baremetal-max-lease idle-compute one-volume-per-project
    one-container-per-dataset storage-placement network-lifetime no-secrets-in-git shared-key
    github-only joint-io-pair joint-container-table joint-proposal joint-readme joint-diagram joint-iac
    train-mlflow-live train-runs-table train-baseline train-run-content train-container train-script
    train-on-chameleon train-video train-tuning train-ray train-retrain train-offline-eval
    serve-options-table serve-variety serve-artifacts serve-live serve-rightsizing serve-requirements
    serve-load-test serve-online-eval serve-bonus-framework data-design-doc data-bucket-live data-ingest
    data-generator data-online-features data-batch data-noninteractive data-persistent-storage
    data-online data-bonus ops-iac ops-k8s ops-service ops-platform ops-requests-limits ops-durability
    ops-secrets ops-cicd ops-stages ops-bonus
  `,
};

/** The ids as a list. */
export function idsOf(lab: string): string[] {
  return (idsByLab[lab] ?? '').split(/\s+/).filter((id) => id !== '');
}
