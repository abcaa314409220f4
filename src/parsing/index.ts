export { parseDocuments } from './documents.ts'
export { ParsingError } from './error.ts'
export { parseJson, TooDeepError } from './json.ts'
export { type ParsedDocument, parseYaml } from './yaml.ts'
