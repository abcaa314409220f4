export { createLearnerMetrics, type LearnerMetrics, WRITE_OUTCOMES } from './learner-metrics.ts'
export { createLogger, type Logger, type LogLevel } from './log.ts'
export { collectProcessMetrics, createMetrics, type Metrics } from './metrics.ts'
export { serveMetrics } from './serve-metrics.ts'
