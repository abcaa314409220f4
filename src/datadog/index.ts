export { datadogHistory } from './history.ts'
export { DATADOG_ADVICE, type DatadogOptions, datadogAccess } from './options.ts'
export { datadogPods } from './pods.ts'
