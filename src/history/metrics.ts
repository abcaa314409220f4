/** cAdvisor's, as the kubelet serves them. The kubelet's own `/metrics/resource` has the same names. */
export const CPU_METRIC = 'container_cpu_usage_seconds_total'
/** CPU periods in which a container with a CPU limit ran, and those in which it was held back at it. */
export const PERIODS_METRIC = 'container_cpu_cfs_periods_total'
export const THROTTLED_PERIODS_METRIC = 'container_cpu_cfs_throttled_periods_total'
export const MEMORY_METRIC = 'container_memory_working_set_bytes'

/** The container that holds a Pod's sandbox; nobody sets its resources. */
export const SANDBOX = 'POD'
/** Kills of a container's processes for want of memory. */
export const OOM_EVENTS_METRIC = 'container_oom_events_total'
