import { APPLICATION_LABEL, type PolicyProfile } from '../api/index.ts'

/** By what the application of a container is named. */
export type ApplicationRule = { readonly by: 'label'; readonly label: string } | { readonly by: 'image' }

/** An application that a container runs. */
export interface Application {
  /** For people. */
  readonly name: string
  /** Tells applications apart within a tenant. */
  readonly key: string
}

/** The rule that settings or a SizingPolicy contain; undefined if applications are not named. */
export function applicationRule({ by, label = APPLICATION_LABEL }: PolicyProfile): ApplicationRule | undefined {
  if (by === 'none') return undefined
  return by === 'label' ? { by, label } : { by }
}

/**
 * Finds the application that a container runs; undefined if nothing names it.
 *
 * @param pod kind of its workload and labels
 */
export function applicationOf(
  rule: ApplicationRule,
  { kind, labels }: { readonly kind: string; readonly labels: Readonly<Record<string, string>> },
  container: { readonly name: string; readonly image: string },
): Application | undefined {
  if (rule.by === 'label') {
    const name = Object.hasOwn(labels, rule.label) ? labels[rule.label] : ''
    return name ? { name, key: `label/${kind}/${name}/${container.name}` } : undefined
  }
  const repository = repositoryOf(container.image)
  return repository
    ? { name: repository.slice(repository.lastIndexOf('/') + 1), key: `image/${repository}` }
    : undefined
}

/** An image without its tag and digest: `registry:5000/shop/checkout`. */
function repositoryOf(image: string): string {
  const [named = ''] = image.split('@')
  const tag = named.indexOf(':', named.lastIndexOf('/') + 1)
  return tag < 0 ? named : named.slice(0, tag)
}
