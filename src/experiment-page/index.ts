export { renderExperimentPage } from './page.ts'
