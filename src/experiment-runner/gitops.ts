import type { TargetObject } from './objects.ts'

/** Labels and annotations by which GitOps controllers mark what they own. */
const MARKS: Readonly<Record<string, string>> = {
  'argocd.argoproj.io/tracking-id': 'Argo CD',
  'argocd.argoproj.io/instance': 'Argo CD',
  'kustomize.toolkit.fluxcd.io/name': 'Flux (Kustomization)',
  'helm.toolkit.fluxcd.io/name': 'Flux (HelmRelease)',
  'objectset.rio.cattle.io/id': 'Fleet',
  'configmanagement.gke.io/managed': 'Config Sync',
}
/** Field managers by which they write. */
const MANAGERS: Readonly<Record<string, string>> = {
  'argocd-controller': 'Argo CD',
  'argocd-application-controller': 'Argo CD',
  'kustomize-controller': 'Flux (Kustomization)',
  'helm-controller': 'Flux (HelmRelease)',
  fleetagent: 'Fleet',
  'configsync.gke.io': 'Config Sync',
}

/** The GitOps controller that owns an object and would revert what a trial changes; undefined where none is recognised. */
export function gitOpsOf({ metadata }: Pick<TargetObject, 'metadata'>): string | undefined {
  const marks = { ...metadata.labels, ...metadata.annotations }
  if (marks['kustomize.toolkit.fluxcd.io/reconcile'] === 'disabled') return undefined
  const mark = Object.keys(MARKS).find((key) => marks[key] !== undefined)
  if (mark !== undefined) return `${MARKS[mark]}, by ${mark}: ${marks[mark]}`
  const manager = metadata.managedFields?.find(({ manager = '' }) => Object.hasOwn(MANAGERS, manager))?.manager
  return manager === undefined ? undefined : `${MANAGERS[manager]}, which wrote it as ${manager}`
}
