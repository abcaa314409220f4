export {
  API_VERSION,
  ContainerRecommendation,
  Evidence,
  Goal,
  Mode,
  Recommendation,
  ResourceEvidence,
  ResourceRecommendation,
  Revision,
} from './model.ts'
