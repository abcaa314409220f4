/** CPU metric of cAdvisor, as served by the kubelet. The kubelet's own `/metrics/resource` uses the same names for CPU and memory. */
export const CPU_METRIC = 'container_cpu_usage_seconds_total'
/** Metrics of the CPU periods in which a container with a CPU limit ran, and of those in which it was throttled. */
export const PERIODS_METRIC = 'container_cpu_cfs_periods_total'
export const THROTTLED_PERIODS_METRIC = 'container_cpu_cfs_throttled_periods_total'
export const MEMORY_METRIC = 'container_memory_working_set_bytes'

/** Name of the container for a Pod's sandbox. It has no resources to set. */
export const SANDBOX = 'POD'
/** Metric of OOM kills of a container's processes. */
export const OOM_EVENTS_METRIC = 'container_oom_events_total'
