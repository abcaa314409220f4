export {
  type Allotment,
  type ContainerResources,
  isSameAllotment,
  RESOURCES,
  type ResourceRequirements,
  readable,
  readResources,
} from './container.ts'
export { formatBytes, formatCores } from './for-people.ts'
export { isObject } from './json.ts'
export { meetsItsLimit, type QosClass, qosClass } from './qos.ts'
export {
  cpuQuantity,
  formatQuantity,
  GRAIN,
  memoryQuantity,
  type Nanos,
  numberOf,
  parseQuantity,
  type ResourceName,
  roundDownToGrain,
  roundUpToGrain,
  toNumber,
} from './quantity.ts'
