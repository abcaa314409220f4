import { z } from 'zod'
import { systemTime, type Time } from '../../clock/index.ts'
import type { Remote } from '../remote.ts'
import { asked } from './asked.ts'
import { type Forge, openOrNewest, PER_PAGE, type PullRequest } from './forge.ts'
import { Rest } from './rest.ts'

const Answer = z.object({
  number: z.number().int(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullish(),
  title: z.string(),
  body: z.string().nullish(),
  html_url: z.string(),
})

/**
 * Pull requests of a repository on GitHub or GitHub Enterprise Server. The token needs to read and write contents and pull requests.
 *
 * Source: https://docs.github.com/en/rest/pulls/pulls
 */
export function github({ api, path }: Remote, token: string, time: Time = systemTime): Forge {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  }
  const rest = new Rest({ api, headers, time })
  const pulls = `/repos/${path}/pulls`
  const owner = path.split('/')[0]!
  return {
    async newest(branch, base) {
      const query = new URLSearchParams({
        ...{ head: `${owner}:${branch}`, base, state: 'all' },
        ...{ sort: 'created', direction: 'desc', per_page: PER_PAGE },
      })
      const answers = asked(z.array(Answer), await rest.ask('GET', `${pulls}?${query}`), api)
      return openOrNewest(answers.map(pullRequestOf))
    },
    async create(head, base, title, body) {
      return pullRequestOf(asked(Answer, await rest.ask('POST', pulls, { title, head, base, body }), api))
    },
    async update(number, title, body) {
      await rest.ask('PATCH', `${pulls}/${number}`, { title, body })
    },
    async close(number, body) {
      await rest.ask('PATCH', `${pulls}/${number}`, { body, state: 'closed' })
    },
  }
}

function pullRequestOf({ number, state, merged_at, title, body, html_url }: z.infer<typeof Answer>): PullRequest {
  return { number, state: merged_at ? 'merged' : state, title, body: body ?? '', url: html_url }
}
