export { type Report, renderPage } from './page.ts'
