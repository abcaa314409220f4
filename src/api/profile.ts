import { z } from 'zod'

export const ProfileBy = z.enum(['none', 'label', 'image'])

/** The label by which an application is named where no other one is. */
export const APPLICATION_LABEL = 'app.kubernetes.io/name'

/** Descriptions of the fields that name an application, in a SizingPolicy and in the settings. */
export const PROFILE_BY =
  'How the application of a container is named. label: by the value of a label of the Pod, and the name of the container. image: by the image, without its tag. none: a workload learns from its own usage alone.'
export const PROFILE_LABEL = 'The label of the Pod that names the application.'

/** Field `profile` of a SizingPolicy: which application its workloads run. */
export const PolicyProfile = z
  .object({
    by: ProfileBy.describe(PROFILE_BY),
    label: z.string().min(1).max(317).optional().describe(`${PROFILE_LABEL} If absent, ${APPLICATION_LABEL}.`),
  })
  .describe(
    'Learn from other instances of the same application, as far as the setting profiles.across allows: see docs/guides/profiles.md.',
  )
export type PolicyProfile = z.infer<typeof PolicyProfile>
