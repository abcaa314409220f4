// Manifests with changes: nothing may come out of the reader but manifests and what was skipped, and a document that was not
// changed is read whatever happens to its neighbours.
import { globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { podOf, workloadOfManifest } from '../../src/readers/manifests/controllers.ts'
import { parseManifests } from '../../src/readers/manifests/manifests.ts'
import { type Damage, damaged, damages } from './mutations.ts'
import type { Target } from './target.ts'

interface Case {
  readonly documents: readonly string[]
  readonly broken: Damage[]
  readonly isBefore: boolean
}

const WITNESS = 'kind: Deployment\nmetadata: {name: witness}\nspec: {template: {spec: {containers: [{name: app}]}}}\n'
const OTHERS = [
  'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\nspec: {template: {spec: {containers: [{name: a}]}}}\n',
  'kind: Rollout\nmetadata: {name: web}\nspec: {replicas: 3, workloadRef: {kind: Deployment, name: witness}}\n',
  'apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {name: train}\nspec: {tasks: [{template: {spec: {containers: [{name: a, image: b}]}}}]}\n',
  'kind: Deployment\nreplicas: 2\nresources: {}\n',
  '{{- if .Values.enabled }}\nkind: Deployment\nmetadata:\n  name: {{ include "web.fullname" . }}\n{{- end }}\n',
  'kind: Deployment\nmetadata: {name: nulls}\nspec: {replicas: null, template: {metadata: null, spec: {containers: [{name: a, resources: {requests: {cpu: null}}}]}}}\n',
  'NAME: web\nLAST DEPLOYED: Mon\nSTATUS: deployed\n',
  'kind: List\nitems:\n- {kind: Pod, metadata: {name: a}, spec: {containers: [{name: A}]}}\n- null\n',
  'text: "never closed\n',
  '[{"kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "a"}]}}, 5, null]\n',
  '{"kind": "Pod", "metadata": {"name": "a"}}{"kind": "DeploymentList", "apiVersion": "apps/v1", "items": [{"metadata": {"name": "b"}}]}\n',
  'kind: ReplicaSet\nmetadata: {name: w-b, ownerReferences: [{kind: Deployment, name: witness, controller: true}]}\nspec: {replicas: 0, template: {spec: {containers: [{name: a}]}}}\n',
  'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: hello}\nspec: {template: {spec: {containers: [{image: x}]}}}\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder that nobody has replaced
  'kind: Deployment\nmetadata: {name: ${APP}}\n',
  'text: |\n  a\n ---\n  b\n',
]
/** Longest text: larger ones are a matter of the bounds of YAML. */
const MAX_CHARACTERS = 64 * 1024
const CIRCUMSTANCES = { newUid: () => 'uid', nowSeconds: 1_800_000_000 }

export const manifests: Target<Case> = {
  name: 'manifests',
  count: 4500,
  cases: fc.record({
    documents: fc.array(
      fc.constantFrom(...OTHERS, ...globSync('examples/*.yaml').map((file) => readFileSync(file, 'utf8'))),
      { maxLength: 4 },
    ),
    broken: damages,
    isBefore: fc.boolean(),
  }),
  check: (input) => {
    const text = textOf(input)
    const { manifests, skipped } = parseManifests(text, 'fuzz.yaml')
    for (const manifest of manifests) {
      podOf(manifest, CIRCUMSTANCES)
      workloadOfManifest(manifest)
    }
    for (const { where, why } of skipped)
      if (!/^fuzz\.yaml:[1-9]\d*$/.test(where) || why === '') throw new Error(`skipped ${where}: ${why}`)
    if (!manifests.some(({ name }) => name === 'witness')) throw new Error('a document that was not changed is lost')
  },
  show: textOf,
}

function textOf({ documents, broken, isBefore }: Case): string {
  const whole = documents.join('\n---\n')
  const changed = damaged(Buffer.from(whole), broken).toString().slice(0, MAX_CHARACTERS)
  return isBefore ? `${WITNESS}\n---\n${changed}` : `${changed}\n---\n${WITNESS}`
}
