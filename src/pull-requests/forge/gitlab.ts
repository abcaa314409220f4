import { z } from 'zod'
import { systemTime, type Time } from '../../clock/index.ts'
import type { Remote } from '../remote.ts'
import { asked } from './asked.ts'
import { type Forge, openOrNewest, PER_PAGE, type PullRequest } from './forge.ts'
import { Rest } from './rest.ts'

const Answer = z.object({
  iid: z.number().int(),
  state: z.enum(['opened', 'closed', 'locked', 'merged']),
  title: z.string(),
  description: z.string().nullish(),
  web_url: z.string(),
  source_project_id: z.number().nullish(),
  target_project_id: z.number().nullish(),
})
type Answer = z.infer<typeof Answer>

/**
 * Merge requests of a project on GitLab, also self-managed. The token needs the scope `api` and the role Developer.
 *
 * Source: https://docs.gitlab.com/api/merge_requests/
 */
export function gitlab({ api, path }: Remote, token: string, time: Time = systemTime): Forge {
  const rest = new Rest({ api, headers: { authorization: `Bearer ${token}` }, time })
  const requests = `/projects/${encodeURIComponent(path)}/merge_requests`
  return {
    async newest(source_branch, target_branch) {
      const query = new URLSearchParams({
        ...{ source_branch, target_branch, state: 'all' },
        ...{ order_by: 'created_at', sort: 'desc', per_page: PER_PAGE },
      })
      const answers = asked(z.array(Answer), await rest.ask('GET', `${requests}?${query}`), api)
      return openOrNewest(answers.filter((one) => one.source_project_id === one.target_project_id).map(mergeRequestOf))
    },
    async create(source_branch, target_branch, title, description) {
      const body = { source_branch, target_branch, title, description, remove_source_branch: true }
      return mergeRequestOf(asked(Answer, await rest.ask('POST', requests, body), api))
    },
    async update(iid, title, description) {
      await rest.ask('PUT', `${requests}/${iid}`, { title, description })
    },
    async close(iid, description) {
      await rest.ask('PUT', `${requests}/${iid}`, { description, state_event: 'close' })
    },
  }
}

function mergeRequestOf({ iid, state, title, description, web_url }: Answer): PullRequest {
  // A locked one is being merged.
  const known = state === 'opened' || state === 'locked' ? 'open' : state
  return { number: iid, state: known, title, body: description ?? '', url: web_url }
}
