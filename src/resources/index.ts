export {
  cpuQuantity,
  formatQuantity,
  GRAIN,
  memoryQuantity,
  type Nanos,
  parseQuantity,
  type ResourceName,
  roundDownToGrain,
  roundUpToGrain,
  toNumber,
} from './quantity.ts'
