import { useLayoutEffect, useRef } from 'preact/hooks'

export type Keys = Readonly<Record<string, () => void>>

/** Binds keys to actions. They do not work while a person types in a field or a dialog is open. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys)
  current.current = keys
  // Bind the keys together with the view and not a frame later, so that no key of a fast typist is lost.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
      const target = event.target as HTMLElement
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && (target as HTMLInputElement).type !== 'checkbox') return
      if (document.querySelector('dialog[open]')) return
      const act = Object.hasOwn(current.current, event.key) ? current.current[event.key] : undefined
      if (!act) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

export const KEYS: readonly (readonly [string, string])[] = [
  ['j, k', 'next, previous workload'],
  ['Enter', 'open it'],
  ['/', 'search'],
  ['f', 'fleet'],
  ['a', 'approvals'],
  ['e', 'experiments'],
  ['x', 'select, among the approvals'],
  ['t', 'dark or light'],
  ['?', 'these keys'],
  ['Esc', 'back, or close'],
]
