import { MAX_CONTAINERS } from '../api/index.ts'

/**
 * Subject of a reason: a whole Pod, one resource of a container, a running Pod that may be resized, the CPU of a starting Pod, an HPA,
 * the Recommendation of a workload, or something else that is only in an Event.
 */
export type ReasonFamily = 'pod' | 'container' | 'running' | 'startup' | 'scale' | 'recommendation' | 'event'

/**
 * Every reason that a decision or an Event can have. Messages and docs are generated from this table. A code is stable, because
 * people alert on it.
 */
export const REASONS = {
  Applied: {
    family: 'pod',
    says: 'the applied recommendation is injected',
    act: 'Nothing to do.',
  },
  AlreadyApplied: {
    family: 'pod',
    says: 'the Pod already has the values that would be injected',
    act: 'Nothing to do.',
  },
  OptedOut: {
    family: 'pod',
    says: 'the Pod carries the label plimsoll.dev/inject: "false"',
    act: 'Remove the label from the Pod template to have it sized.',
  },
  MirrorPod: {
    family: 'pod',
    says: 'static and mirror Pods are left alone: the kubelet owns them',
    act: 'Size a static Pod in its manifest on the node.',
  },
  TooManyContainers: {
    family: 'pod',
    says: `the Pod has more than ${MAX_CONTAINERS} containers, which is more than a Recommendation holds`,
    act: 'Split the Pod, or set its resources by hand.',
  },
  PodLevelResources: {
    family: 'pod',
    says: 'the Pod has pod-level resources, which Plimsoll leaves alone',
    act: 'Set resources per container to have them sized.',
  },
  NoWorkload: {
    family: 'pod',
    says: 'the Pod belongs to no workload: it has no controller and no label plimsoll.dev/workload',
    act: 'Label the Pod plimsoll.dev/workload: <name> to learn under that name.',
  },
  NoRecommendation: {
    family: 'pod',
    says: 'there is no recommendation for this workload yet',
    act: 'Wait until there is enough usage history, or check that the history source has data for this namespace.',
  },
  NotApplied: {
    family: 'pod',
    says: 'a recommendation has been learned, but none is applied yet',
    act: 'See its state: kubectl get rec.',
  },
  AnnotationsFull: {
    family: 'pod',
    says: "the Pod's annotations leave no room for the record of the decision, so nothing was changed",
    act: 'Annotations may take 256 KiB in all: shorten them.',
  },
  NothingToChange: {
    family: 'pod',
    says: "every container keeps its author's values",
    act: 'See the reason given for each container.',
  },
  ChangedAfterPlimsoll: {
    family: 'container',
    says: 'somebody changed this value after Plimsoll had set it, so Plimsoll leaves it alone, and it does not count as applied',
    act: 'Check which webhooks run after Plimsoll: plimsoll doctor lists them. If the manifest was copied from a Pod, remove the annotation plimsoll.dev/decision. Delete a running Pod to have the next one sized.',
  },
  NotInAppliedRevision: {
    family: 'container',
    says: 'the applied revision has no value for this resource of the container',
    act: 'Either too little is known of its usage yet, or a learned value waits: plimsoll explain says what it waits for.',
  },
  ProgramUnreadable: {
    family: 'container',
    says: 'command, arguments and environment of the container are too long to read how much memory and CPU its program is configured to use',
    act: 'Move long values into a mounted file or ConfigMap, or set the resources of this container by hand.',
  },
  ContainerIgnored: {
    family: 'container',
    says: 'the annotation plimsoll.dev/ignore-containers names this container',
    act: 'Remove its name from the annotation to have it sized.',
  },
  AuthorValueInvalid: {
    family: 'container',
    says: "the author's request or limit is not a quantity, is negative, or the request is above the limit",
    act: 'Correct it in the Pod template: the API server will also refuse it.',
  },
  AuthorLimitZero: {
    family: 'container',
    says: "the author's limit is an explicit zero, which Plimsoll leaves alone",
    act: 'Remove the zero limit to have this resource sized.',
  },
  RaisedToMinimum: {
    family: 'container',
    says: 'the learned value is below the lower bound, so it was raised to the bound',
    act: 'Lower the bound (bounds.<resource>.min) if the workload needs less.',
  },
  CappedAtMaximum: {
    family: 'container',
    says: 'the learned value is above the upper bound, so it was lowered to the bound',
    act: 'Raise the bound (bounds.<resource>.max) if the workload needs more.',
  },
  CappedByLimit: {
    family: 'container',
    says: "the author's limit is kept by the limits policy and caps the request",
    act: 'Choose another limits policy (limits.<resource>) so that the limit may change too.',
  },
  BoundsConflict: {
    family: 'container',
    says: 'no value satisfies both the bounds and the limit, so this resource was left alone',
    act: "Adjust the bounds or the author's limit.",
  },
  RaisedToAuthorsMinimum: {
    family: 'container',
    says: 'the Pod asks for at least this much, in an annotation plimsoll.dev/min-<resource>.<container>',
    act: 'Remove the annotation to have the learned value.',
  },
  CappedAtAuthorsMaximum: {
    family: 'container',
    says: 'the Pod asks for at most this much, in an annotation plimsoll.dev/max-<resource>.<container>',
    act: 'Remove the annotation to have the learned value.',
  },
  AuthorsBoundUnreadable: {
    family: 'container',
    says: 'an annotation plimsoll.dev/min-<resource>.<container> or max-<resource>.<container> is not a quantity and was ignored',
    act: 'Write a quantity above 0, such as 250m or 64Mi.',
  },
  GoalUnreadable: {
    family: 'pod',
    says: 'the annotation plimsoll.dev/goal is not savings, balanced or reliability, and was ignored',
    act: 'Correct it in the Pod template, or remove it to use the goal of the SizingPolicy or the cluster.',
  },
  RaisedToLimitRange: {
    family: 'container',
    says: 'a LimitRange of the namespace asks for more than was learned',
    act: 'Lower min in the LimitRange if the workload needs less.',
  },
  CappedAtLimitRange: {
    family: 'container',
    says: 'a LimitRange of the namespace allows less than was learned',
    act: 'Raise max in the LimitRange if the workload needs more.',
  },
  RaisedForLimitRangeRatio: {
    family: 'container',
    says: 'the request was raised because a LimitRange restricts the ratio of limit to request',
    act: 'Raise maxLimitRequestRatio in the LimitRange, or let the limit follow the request (limits.<resource>: ratio).',
  },
  HeldByPodLimitRange: {
    family: 'container',
    says: "with the learned value, the whole Pod would violate a LimitRange of the namespace, so the author's value was kept",
    act: 'Widen the LimitRange of type Pod if the workload needs this.',
  },
  LimitRangeConflict: {
    family: 'pod',
    says: 'no values satisfy all LimitRanges of the namespace, so the Pod was left alone',
    act: "Check the LimitRanges: the API server may refuse the Pod even with its author's values.",
  },
  HeldByQuota: {
    family: 'container',
    says: "the quota left in the namespace has no room for ten such Pods with a higher value, so the author's value was kept",
    act: 'Raise the ResourceQuota, or wait until other Pods have ended: each new Pod is decided separately.',
  },
  HeldByQuotaScope: {
    family: 'pod',
    says: 'a BestEffort Pod that gets requests would be counted by another ResourceQuota, so it was left alone',
    act: 'Set requests in the Pod template to have it sized.',
  },
  RaisedToHeap: {
    family: 'container',
    says: 'the heap or the threads that the program is configured to use (-Xmx, --max-old-space-size, GOMEMLIMIT, GOMAXPROCS, DOTNET_GCHeapHardLimit) need this much',
    act: 'Make the heap smaller in the Pod template if the program needs less.',
  },
  HeldForHeap: {
    family: 'container',
    says: 'the program sizes its heap by its memory limit (as JVM and .NET do by default), so its usage follows the limit, and the limit was kept',
    act: 'Set a fixed heap (-Xmx, DOTNET_GCHeapHardLimit) to have the limit sized.',
  },
  RestartsForHeap: {
    family: 'container',
    says: 'the program sizes its heap by its memory limit when it starts, so a resize of its memory must restart it (resizePolicy)',
    act: 'To choose otherwise, set a resizePolicy for memory in the Pod template.',
  },
  HeapSet: {
    family: 'container',
    says: "an environment variable was added so that the program's heap follows its memory limit, as a SizingPolicy allows (spec.runtimes)",
    act: 'To undo it, remove the container from spec.runtimes of the SizingPolicy and restart the workload. See docs/guides/heaps.md.',
  },
  HeapSetByAuthor: {
    family: 'container',
    says: "a SizingPolicy allows Plimsoll to set the program's heap (spec.runtimes), but its author has set it, or uses the same variable, so nothing was added",
    act: "Remove the author's setting from the Pod template, or the container from spec.runtimes.",
  },
  HeapVariablesUnknown: {
    family: 'container',
    says: "a SizingPolicy allows Plimsoll to set the program's heap (spec.runtimes), but the container gets variables from envFrom, which may set it, so nothing was added",
    act: 'Set the heap in the Pod template, or list the variables one by one (env).',
  },
  HeapWithoutLimit: {
    family: 'container',
    says: "a SizingPolicy allows Plimsoll to set the program's heap (spec.runtimes), but the memory limit for it to follow is missing or too small",
    act: 'Set a memory limit in the Pod template.',
  },
  LimitFollowsRequest: {
    family: 'container',
    says: 'the Pod is Guaranteed: request and limit stay equal and changed together',
    act: 'Nothing to do.',
  },
  WholeCpuKept: {
    family: 'container',
    says: 'a Guaranteed Pod with whole CPUs keeps whole CPUs, so the value was rounded up',
    act: 'Nothing to do.',
  },
  QosClassKept: {
    family: 'container',
    says: "the value was adjusted or left alone to keep the Pod's QoS class",
    act: 'Allow the change of QoS class in the policy if you want that.',
  },
  RaisedAfterOomKill: {
    family: 'container',
    says: 'a container was OOM-killed at its memory limit: it immediately gets more memory, even beyond the maximum step',
    act: 'Nothing to do, unless it is killed again: then look for a leak, or raise the upper bound (bounds.memory.max).',
  },
  RaisedForPressure: {
    family: 'container',
    says: 'running containers were throttled at their CPU limit, used more than their request on a busy node, or their memory was close to its limit and growing fast: they get more immediately, within the maximum step',
    act: 'Nothing to do: values are lowered again slowly. If it repeats, look for the cause of the load, or raise the upper bound (bounds).',
  },
  RunPeakCounts: {
    family: 'container',
    says: 'this workload runs to completion, so it gets what its runs need at their peak',
    act: 'Nothing to do.',
  },
  CappedAtNode: {
    family: 'container',
    says: 'with the learned request, the Pod would not fit on the largest node, so the request was reduced to what fits',
    act: 'Add a larger node, or split the workload.',
  },
  HeldForHpa: {
    family: 'container',
    says: "an HPA scales this workload on the utilization of this resource, which depends on the request, so the author's value is kept",
    act: 'To have the resource sized, let the HPA scale on AverageValue or another metric; plimsoll explain prints the equivalent target.',
  },
  ScaleTargetOwned: {
    family: 'scale',
    says: "an HPA scales this workload on the utilization of this resource, and a controller owns the HPA (such as KEDA): its target cannot be changed together with the request, so the author's value is kept",
    act: 'Configure that controller to scale on AverageValue or another metric.',
  },
  ScaleTargetReconciled: {
    family: 'scale',
    says: "an HPA scales this workload on the utilization of this resource, and a GitOps tool reverts changes of the HPA: its target cannot be changed together with the request, so the author's value is kept",
    act: 'Configure the tool to ignore the target, and remove its label or annotation from the HPA; or remove plimsoll.dev/keep-scale-point.',
  },
  ScaleTargetChanged: {
    family: 'scale',
    says: "somebody has changed the target of the HPA since Plimsoll wrote it: the target is left alone, and the author's request is restored",
    act: "Set the target that fits the author's request, and remove the annotation plimsoll.dev/scale-point from the HPA.",
  },
  ScaleTargetBehind: {
    family: 'running',
    says: 'the target of an HPA is lowered before Pods get a higher request, so that there are temporarily more replicas, not fewer',
    act: 'Nothing to do. If it takes long, see the Events of the HPA.',
  },
  ScalePointKept: {
    family: 'scale',
    says: 'the target of the HPA was changed together with the requests of its Pods, so that it scales at the same usage as before',
    act: "Nothing to do. Without the annotation plimsoll.dev/keep-scale-point, both return to their authors' values.",
  },
  HeldForVpa: {
    family: 'container',
    says: 'a VerticalPodAutoscaler sizes this container: Plimsoll leaves it to the VPA',
    act: 'Set its updateMode to "Off", or the mode of the container, so that Plimsoll sizes it.',
  },
  BoostedForStartup: {
    family: 'startup',
    says: 'the container gets more CPU while its Pod starts; the boost is removed in place when the Pod is ready',
    act: 'Nothing to do. See startup in the SizingPolicy, and docs/guides/startup.md.',
  },
  BoostKeepsLimit: {
    family: 'startup',
    says: 'the CPU limit was not raised for startup: the program sizes its pools by the limit when it starts (JVM, .NET), and would keep the larger pools',
    act: 'Set the number of CPUs that the program uses (-XX:ActiveProcessorCount, DOTNET_PROCESSOR_COUNT), or set startup.limit: always in the SizingPolicy.',
  },
  RolledBack: {
    family: 'recommendation',
    says: 'after the last revision lowered values, containers were killed or crashed, or requests failed or were slow: the last good revision is injected again',
    act: 'Nothing to do: another revision, with a smaller step, is tried later. The Recommendation says when.',
  },
  PendingApproval: {
    family: 'recommendation',
    says: 'a new revision waits for approval, because of the mode of the namespace, or because its confidence is too low for the criticality of the workload',
    act: 'Approve it (kubectl plimsoll approve), or reject it; until then, the applied revision stays in effect.',
  },
  ProvenGood: {
    family: 'recommendation',
    says: 'the applied revision has run for a day without trouble, so a rollback would return to it',
    act: 'Nothing to do.',
  },
  SloBurning: {
    family: 'recommendation',
    says: 'more requests are bad than the error budget of an SLO allows: values are not lowered; raises continue',
    act: 'See which requests are slow or fail: kubectl plimsoll slo. If a change is the cause, it is rolled back; otherwise the message says why it is not blamed.',
  },
  SloMissing: {
    family: 'recommendation',
    says: 'the state of an SLO is unknown: values are not lowered, revisions are not rolled back, and raises continue',
    act: 'See what is missing: kubectl plimsoll slo. Check that its series arrive in Prometheus, or ignore missing series in the SizingPolicy (whenMissing: ignore).',
  },
  CanaryStarted: {
    family: 'recommendation',
    says: 'a new revision goes to a share of the new Pods first',
    act: 'Nothing to do: it is applied to all Pods or rolled back automatically.',
  },
  CanaryPassed: {
    family: 'recommendation',
    says: 'the revision that was tried on a share of the Pods did no worse than the others, and goes to all new Pods',
    act: 'Nothing to do.',
  },
  CanaryFailed: {
    family: 'recommendation',
    says: 'the revision that was tried on a share of the Pods was killed, restarted or throttled more than the others, or served its requests worse, and was rolled back',
    act: 'Nothing to do: another revision is tried later. To roll the Pods back immediately, restart those that carry it.',
  },
  CanaryDrawn: {
    family: 'pod',
    says: 'this Pod was drawn to try a new revision before the others',
    act: 'Nothing to do. Remove canary from the settings to give all Pods the same values.',
  },
  Resized: {
    family: 'running',
    says: 'the running Pod was resized in place to what is applied',
    act: 'Nothing to do.',
  },
  BestEffortRuns: {
    family: 'running',
    says: 'the running Pod is BestEffort, and a resize cannot change the QoS class',
    act: 'Restart the workload: its next Pods are sized.',
  },
  RestartNeeded: {
    family: 'running',
    says: 'the resizePolicy of a container requires a restart when this resource is resized',
    act: 'Restart the workload, allow it (apply.running: inPlaceOrRestart), or set resizePolicy to NotRequired in the Pod template.',
  },
  ValueNotRemoved: {
    family: 'running',
    says: 'the running Pod has a limit that its author did not write, and a resize cannot remove it',
    act: 'Restart the workload: its next Pods do not have the limit.',
  },
  Restarted: {
    family: 'running',
    says: 'the running Pod was restarted so that it gets what is applied',
    act: 'Nothing to do.',
  },
  RestartUnderWay: {
    family: 'running',
    says: 'another Pod of the workload is being replaced, or is not ready: Pods are restarted one after another',
    act: 'Nothing to do, unless a Pod stays unready: kubectl describe pod.',
  },
  HeldByDisruptionBudget: {
    family: 'running',
    says: 'the Pod has to be restarted, but its PodDisruptionBudget allows no disruption now',
    act: 'Wait until more Pods are ready, or widen the budget: kubectl get pdb.',
  },
  LastReplicaKept: {
    family: 'running',
    says: 'the Pod has to be restarted, but it is the last ready Pod of its workload',
    act: 'Run more replicas, restart the workload yourself, or allow it: settings.apply.lastReplica and the annotation plimsoll.dev/restart-last-replica.',
  },
  NotRestarted: {
    family: 'running',
    says: 'the Pod has to be restarted, but Plimsoll only restarts Pods that a Deployment, StatefulSet, DaemonSet, ReplicaSet or Argo Rollout replaces',
    act: 'Restart it yourself: its next Pods are sized.',
  },
  RestartRefused: {
    family: 'running',
    says: 'the Pod has to be restarted, but the API server refuses that',
    act: 'Read the message of the API server: plimsoll doctor says which rights are missing.',
  },
  RestartDoesNotHelp: {
    family: 'running',
    says: 'the Pod was created after the revision was applied, and did not get it: a restart would not change that',
    act: 'Check whether the webhook is called, and which webhooks run after it: plimsoll doctor.',
  },
  MemoryInUse: {
    family: 'running',
    says: 'the memory limit of the running Pod was not lowered: within the last 24 hours, the container used too much for the new limit',
    act: 'Nothing to do: new Pods get the new limit.',
  },
  UsageNotKnown: {
    family: 'running',
    says: 'the memory limit of the running Pod was not lowered, because its usage of the last ten minutes is unknown',
    act: 'Check that usage arrives: plimsoll doctor.',
  },
  WaitsForSlo: {
    family: 'running',
    says: 'the running Pod is not lowered while an SLO burns its error budget, or while that is unknown',
    act: 'See the SLOs: kubectl plimsoll slo. New Pods get what is applied.',
  },
  KeptWhenBack: {
    family: 'running',
    says: 'the running Pod was rolled back to an earlier revision, and kept the higher values of the later one',
    act: 'Nothing to do: new Pods get the values of the earlier revision.',
  },
  ResizeUnderWay: {
    family: 'running',
    says: 'a resize of the Pod is being carried out',
    act: 'Nothing to do.',
  },
  ContainerStopped: {
    family: 'running',
    says: 'the container gets the additional memory when it restarts',
    act: 'Nothing to do. If it is killed again after each restart, restart the workload.',
  },
  RaiseMissed: {
    family: 'running',
    says: 'the container was killed three times before the additional memory reached it; Plimsoll tries again whenever it runs',
    act: 'Restart the workload: its next Pods start with the memory. kubectl plimsoll restart.',
  },
  ResizeDeferred: {
    family: 'running',
    says: 'the node has no room for the resize now; it is withdrawn after a while (apply.withdrawAfter)',
    act: 'Make room on the node, or restart the workload: its next Pods may be placed on another node.',
  },
  ResizeInfeasible: {
    family: 'running',
    says: 'the node can never carry out the resize, so it was withdrawn and is not tried there again',
    act: 'Read the message of the kubelet. Restart the workload: its next Pods are created with the values.',
  },
  ResizeFails: {
    family: 'running',
    says: 'the kubelet fails to carry out the resize, and tries again',
    act: 'Read the message of the kubelet on the Pod (condition PodResizeInProgress).',
  },
  ResizeRefused: {
    family: 'running',
    says: 'the API server refuses the resize, and it is not tried again until something changes',
    act: 'Read the message of the API server.',
  },
  NodeFull: {
    family: 'running',
    says: "the node has no room for the Pod's higher requests",
    act: 'Make room on the node, or restart the workload: its next Pods may be placed on another node.',
  },
  NodeInTrouble: {
    family: 'running',
    says: 'the node is cordoned or short of memory, disk or processes: no Pod on it is raised',
    act: 'Look at the conditions of the node.',
  },
  PodNotReady: {
    family: 'running',
    says: 'the Pod is starting or not ready, so it is not resized yet',
    act: 'See why it is not ready: kubectl describe pod.',
  },
  RolloutUnderWay: {
    family: 'running',
    says: 'the workload is being rolled out: its new Pods get the values anyway',
    act: 'Wait until the rollout has ended.',
  },
  WaitsForOthers: {
    family: 'running',
    says: 'other Pods of the workload or of the node are changed first',
    act: 'Nothing to do, or change the pace (settings.apply.betweenBatches, settings.apply.podsPerNode).',
  },
  NewPodsOnly: {
    family: 'running',
    says: 'running Pods are not changed here; new Pods get the applied values',
    act: 'Restart the workload, or allow it: settings.apply.running in Helm, apply.running in a SizingPolicy, or the annotation plimsoll.dev/apply-running.',
  },
  ChangesStopped: {
    family: 'running',
    says: 'changes wait: the workload is held, changes are frozen, or no change window is open',
    act: 'To see why, and until when: kubectl plimsoll explain.',
  },
  BoostGiven: {
    family: 'startup',
    says: 'a container has restarted, and gets more CPU until its Pod is ready',
    act: 'Nothing to do.',
  },
  BoostRemoved: {
    family: 'startup',
    says: 'the startup of the Pod is over: its containers have their steady CPU again',
    act: 'Nothing to do.',
  },
  BoostNotRemoved: {
    family: 'startup',
    says: 'the startup of a container is over, but it still has its boost: the API server or the kubelet does not carry out the resize, so no new Pod gets a boost',
    act: 'Read the Events and the resize conditions of the Pod. Deleting the Pod ends the boost.',
  },
  NoPodsResize: {
    family: 'startup',
    says: 'the API server has no pods/resize, or the learner may not use it: running Pods cannot be changed, and Pods get no boost, because it could not be removed',
    act: 'Use Kubernetes 1.33 or later, and check the rights of the learner: plimsoll doctor. New Pods get what is applied.',
  },
  InvalidMode: {
    family: 'event',
    says: 'the namespace has an unknown value in its label plimsoll.dev/mode; it is only observed, and nothing is injected',
    act: 'Set the label to observe, approve or auto.',
  },
  InvalidName: {
    family: 'event',
    says: 'the workload gets no Recommendation: its name is not valid for an object',
    act: 'Correct the label plimsoll.dev/workload or the owner of its Pods.',
  },
  WriteRefused: {
    family: 'event',
    says: 'the API server refuses the Recommendation of the workload; the last one stays in effect',
    act: 'Read the message of the API server. Often it is a policy engine, a quota of objects, or missing rights.',
  },
  CertificateIssued: {
    family: 'event',
    says: 'the webhook has a new certificate: its first one, or the old one was about to expire',
    act: 'Nothing to do.',
  },
  CertificateRepaired: {
    family: 'event',
    says: 'a certificate of the webhook was damaged or lost, so a new one was issued',
    act: 'If it happens again, find out who changed the Secret.',
  },
} as const satisfies Readonly<Record<string, { family: ReasonFamily; says: string; act: string }>>

export type ReasonCode = keyof typeof REASONS

/** The codes that are in this table. A newer Plimsoll may have written others. */
export function knownReasons(codes: readonly (string | undefined)[] | undefined): ReasonCode[] {
  return (codes ?? []).filter((code): code is ReasonCode => code !== undefined && Object.hasOwn(REASONS, code))
}

/** Explanation of a reason, one sentence. */
export function explainReason(code: ReasonCode): string {
  return REASONS[code].says
}
