export { ReaderError } from './error.ts'
export { type FleetSources, readFleetFacts } from './fleet/fleet-facts.ts'
export {
  type ChosenHistory,
  chooseHistory,
  datadogOptions,
  type HistoryOptions,
  prometheusOptions,
  tableOptions,
} from './history/choose.ts'
export { readHistory, type WholeHistory } from './history/whole-history.ts'
export { creatorOf, type NewPod, podOf, workloadOfManifest } from './manifests/controllers.ts'
export { isManifestKind, type Manifest, type Skipped } from './manifests/manifest.ts'
export { type Manifests, parseManifests, readManifests } from './manifests/manifests.ts'
export { readNodes } from './nodes.ts'
export { type PriceOptions, pricesPerMonth, readPrices } from './prices.ts'
export { type ReadSlosOptions, readSlos, type SloReport } from './slos/read-slos.ts'
export { tolerating } from './tolerate.ts'
