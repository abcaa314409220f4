import { MAX_CONTAINERS } from '../api/index.ts'

/**
 * Subject of a reason: a Pod as a whole, one resource of a container, a Pod that runs and may be resized, the CPU of a Pod that
 * starts, an HPA, the Recommendation of a workload, or something else that only an Event reports.
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
    says: 'the Pod already carries what would be injected',
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
    says: 'no workload follows from the Pod: it has no controller and no label plimsoll.dev/workload',
    act: 'Label the Pod plimsoll.dev/workload: <name> to have its history kept under that name.',
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
    says: "the Pod's annotations leave no room for the record of a decision, so nothing was changed",
    act: 'Annotations may take 256 KiB in all: shorten them.',
  },
  NothingToChange: {
    family: 'pod',
    says: 'every container was left as its author wrote it',
    act: 'See the reason given for each container.',
  },
  ChangedAfterPlimsoll: {
    family: 'container',
    says: 'somebody changed this after Plimsoll had set it: it is left as it is, and does not count as applied',
    act: 'See which webhooks come after Plimsoll: plimsoll doctor names them. In a manifest that was copied from a Pod, remove the annotation plimsoll.dev/decision. Delete a running Pod to have the next one sized.',
  },
  NotInAppliedRevision: {
    family: 'container',
    says: 'the applied revision has no value for this resource of the container',
    act: 'Too little is known of it yet, or what was learned waits: the notes of plimsoll explain say for what.',
  },
  ProgramUnreadable: {
    family: 'container',
    says: 'command, arguments and environment of the container are too long to see what memory and CPUs its program is told to use',
    act: 'Move long values into a file or a ConfigMap that is mounted, or set the resources of this container by hand.',
  },
  ContainerIgnored: {
    family: 'container',
    says: 'the annotation plimsoll.dev/ignore-containers names this container',
    act: 'Remove its name from the annotation to have it sized.',
  },
  AuthorValueInvalid: {
    family: 'container',
    says: "the author's request or limit is not a quantity, is negative, or the request is above the limit",
    act: 'Correct it in the Pod template: the API server will refuse it as well.',
  },
  AuthorLimitZero: {
    family: 'container',
    says: "the author's limit is an explicit zero, which Plimsoll leaves alone",
    act: 'Remove the zero limit to have this resource sized.',
  },
  RaisedToMinimum: {
    family: 'container',
    says: 'raised to the minimum, because the learned value is below it',
    act: 'Lower the bound (bounds.<resource>.min) if the workload needs less.',
  },
  CappedAtMaximum: {
    family: 'container',
    says: 'lowered to the maximum, because the learned value is above it',
    act: 'Raise the bound (bounds.<resource>.max) if the workload needs more.',
  },
  CappedByLimit: {
    family: 'container',
    says: "the author's limit is kept by policy and caps the request",
    act: 'Choose another limits policy (limits.<resource>) to let the limit move as well.',
  },
  BoundsConflict: {
    family: 'container',
    says: 'no value satisfies the bounds and the limit at once, so this resource was left alone',
    act: "Reconcile the bounds with the author's limit.",
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
    says: 'the annotation plimsoll.dev/goal is none of savings, balanced and reliability, and was ignored',
    act: 'Correct it in the Pod template, or remove it to have the goal of the SizingPolicy or the cluster.',
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
    says: 'the request was raised so that the limit is not more times the request than a LimitRange allows',
    act: 'Raise maxLimitRequestRatio in the LimitRange, or have the limit follow the request (limits.<resource>: ratio).',
  },
  HeldByPodLimitRange: {
    family: 'container',
    says: 'with the learned value the Pod as a whole would not pass a LimitRange of the namespace, so this stayed as it was',
    act: 'Widen the LimitRange of type Pod if the workload needs this.',
  },
  LimitRangeConflict: {
    family: 'pod',
    says: 'no values were found that all LimitRanges of the namespace let pass, so the Pod was left alone',
    act: 'See the LimitRanges: the API server may refuse the Pod as its author wrote it.',
  },
  HeldByQuota: {
    family: 'container',
    says: 'the quota left in the namespace has no room for ten such Pods with more than the author asked for, so this stayed as it was',
    act: 'Raise the ResourceQuota, or wait until other Pods have ended: the next Pod is decided again.',
  },
  HeldByQuotaScope: {
    family: 'pod',
    says: 'a BestEffort Pod that gets requests would come under another ResourceQuota, so it was left alone',
    act: 'To have the Pod sized, set its requests.',
  },
  RaisedToHeap: {
    family: 'container',
    says: 'the heap or the threads that the program is told to use (-Xmx, --max-old-space-size, GOMEMLIMIT, GOMAXPROCS, DOTNET_GCHeapHardLimit) need this much',
    act: 'Make the heap smaller in the Pod template if the program needs less.',
  },
  HeldForHeap: {
    family: 'container',
    says: 'the program sizes its heap by its memory limit (as JVM and .NET do unless told otherwise): what it uses follows the limit, which was therefore kept',
    act: 'Fix the heap (-Xmx, DOTNET_GCHeapHardLimit) to have the limit sized.',
  },
  RestartsForHeap: {
    family: 'container',
    says: 'the program sizes its heap by its memory limit when it starts, so a resize of its memory is to restart it (resizePolicy)',
    act: 'Write a resizePolicy for memory in the Pod template to decide yourself.',
  },
  HeapSet: {
    family: 'container',
    says: 'an environment variable was added by which the heap of the program follows its memory limit, as a SizingPolicy allows (spec.runtimes)',
    act: 'To undo it, remove the container from spec.runtimes of the SizingPolicy and restart the workload. See docs/guides/heaps.md.',
  },
  HeapSetByAuthor: {
    family: 'container',
    says: 'a SizingPolicy allows to set the heap of the program (spec.runtimes), but its author has set it, or the same variable: that was kept',
    act: 'Remove what the author wrote from the Pod template, or the container from spec.runtimes.',
  },
  HeapVariablesUnknown: {
    family: 'container',
    says: 'a SizingPolicy allows to set the heap of the program (spec.runtimes), but the container takes variables from envFrom, which may set it: nothing was added',
    act: 'Set the heap in the Pod template, or list the variables one by one (env).',
  },
  HeapWithoutLimit: {
    family: 'container',
    says: 'a SizingPolicy allows to set the heap of the program (spec.runtimes), but its author set no memory limit that it could follow, or one too small',
    act: 'Set a memory limit in the Pod template.',
  },
  LimitFollowsRequest: {
    family: 'container',
    says: 'the Pod is Guaranteed: request and limit stay equal and moved together',
    act: 'Nothing to do.',
  },
  WholeCpuKept: {
    family: 'container',
    says: 'a Guaranteed Pod with whole CPUs keeps whole CPUs: rounded up',
    act: 'Nothing to do.',
  },
  QosClassKept: {
    family: 'container',
    says: 'the value was adjusted or left alone so that the QoS class of the Pod stays what its author chose',
    act: 'Allow the change of QoS class in the policy if you want it.',
  },
  RaisedAfterOomKill: {
    family: 'container',
    says: 'a container was OOM-killed at its memory limit: more memory is given at once, past the step',
    act: 'Nothing to do, unless the kills continue: then look for a leak, or raise the upper bound (bounds.memory.max).',
  },
  RaisedForPressure: {
    family: 'container',
    says: 'containers that run were held back by their CPU limit, used more than their request on a busy node, or their memory grew fast towards its limit: more is given at once, within a step',
    act: 'Nothing to do: values return slowly. If it repeats, look for what causes the load, or at the upper bound (bounds).',
  },
  RunPeakCounts: {
    family: 'container',
    says: 'this runs to its end: it is given what its runs need at their peak',
    act: 'Nothing to do.',
  },
  CappedAtNode: {
    family: 'container',
    says: 'with the learned request the Pod would ask for more than the largest node has to give, so what fits was taken instead',
    act: 'Add a larger node, or split the workload.',
  },
  HeldForHpa: {
    family: 'container',
    says: 'an HPA scales this workload on the utilization of this resource, which would move with the request: the value of the author stays',
    act: 'Have the HPA scale on AverageValue or another metric to have the resource sized; plimsoll explain prints the target that keeps the scale point.',
  },
  ScaleTargetOwned: {
    family: 'scale',
    says: 'an HPA scales this workload on the utilization of this resource, and a controller owns the HPA (such as KEDA): its target cannot be changed with the request, and the value of the author stays',
    act: 'Have that controller scale on AverageValue or another metric.',
  },
  ScaleTargetReconciled: {
    family: 'scale',
    says: 'an HPA scales this workload on the utilization of this resource, and a GitOps tool keeps the HPA as its repository says: its target cannot be changed with the request, and the value of the author stays',
    act: 'Have the tool ignore the target, and take its label or annotation from the HPA; or remove plimsoll.dev/keep-scale-point.',
  },
  ScaleTargetChanged: {
    family: 'scale',
    says: 'somebody has changed the target of the HPA since Plimsoll wrote it: it is left alone, and the value of the author returns',
    act: "Set the target that is right with the author's request, and remove the annotation plimsoll.dev/scale-point from the HPA.",
  },
  ScaleTargetBehind: {
    family: 'running',
    says: 'the target of an HPA is lowered before Pods get a higher request, so that there are rather more replicas than fewer',
    act: 'Nothing to do. If it lasts, see the Events of the HPA.',
  },
  ScalePointKept: {
    family: 'scale',
    says: 'the target of the HPA was changed together with the requests of its Pods, so that it scales at the same usage as before',
    act: 'Nothing to do. Without the annotation plimsoll.dev/keep-scale-point, both go back to what their authors wrote.',
  },
  HeldForVpa: {
    family: 'container',
    says: 'a VerticalPodAutoscaler sizes this container: Plimsoll steps aside',
    act: 'Set its updateMode to "Off", or the mode of the container, to have Plimsoll size it.',
  },
  BoostedForStartup: {
    family: 'startup',
    says: 'the container gets more CPU while its Pod starts; the boost is removed in place when the Pod is ready',
    act: 'Nothing to do. See startup in the SizingPolicy, and docs/guides/startup.md.',
  },
  BoostKeepsLimit: {
    family: 'startup',
    says: 'the CPU limit was not raised for startup: the program sizes its pools by it when it starts (JVM, .NET), and would keep them',
    act: 'Tell the program how many CPUs to count on (-XX:ActiveProcessorCount, DOTNET_PROCESSOR_COUNT), or set startup.limit: always in the SizingPolicy.',
  },
  RolledBack: {
    family: 'recommendation',
    says: 'the last revision took something away, and its containers were killed or crashed, or its requests failed or were slow: the one that last ran without trouble is injected again',
    act: 'Nothing to do: another is tried later, and a smaller step. See the Recommendation for when.',
  },
  PendingApproval: {
    family: 'recommendation',
    says: 'a new revision waits for somebody to approve it: by the mode of the namespace, or as the learner is not sure enough for the criticality of the workload',
    act: 'Approve it (kubectl plimsoll approve), or reject it; what is applied stays until then.',
  },
  ProvenGood: {
    family: 'recommendation',
    says: 'the applied revision has run for a day without trouble, and is what a rollback would return to',
    act: 'Nothing to do.',
  },
  SloBurning: {
    family: 'recommendation',
    says: 'more requests are bad than the error budget of an SLO allows: nothing is lowered, and raises continue',
    act: 'See what is slow or fails: kubectl plimsoll slo. If a change is the cause, it is rolled back; the message says why one is not blamed.',
  },
  SloMissing: {
    family: 'recommendation',
    says: 'it is not known how an SLO is met: nothing is lowered, nothing is rolled back, and raises continue',
    act: 'See what is missing: kubectl plimsoll slo. Check that its series arrive in Prometheus, or let the SizingPolicy ignore that (whenMissing: ignore).',
  },
  CanaryStarted: {
    family: 'recommendation',
    says: 'a new revision goes to a share of the new Pods first',
    act: 'Nothing to do: it continues or is rolled back automatically.',
  },
  CanaryPassed: {
    family: 'recommendation',
    says: 'the revision that was tried on a share of the Pods did no worse than the others, and goes to all new Pods',
    act: 'Nothing to do.',
  },
  CanaryFailed: {
    family: 'recommendation',
    says: 'the revision that was tried on a share of the Pods was killed, restarted or throttled more than the others, or served its requests worse, and was taken back',
    act: 'Nothing to do: another is tried later. Restart the Pods that carry it to have them go back at once.',
  },
  CanaryDrawn: {
    family: 'pod',
    says: 'this Pod was drawn to try a new revision before the others',
    act: 'Nothing to do. Leave canary out of the settings to give every Pod the same.',
  },
  Resized: {
    family: 'running',
    says: 'the running Pod was resized in place to what is applied',
    act: 'Nothing to do.',
  },
  BestEffortRuns: {
    family: 'running',
    says: 'the running Pod is BestEffort, and a resize cannot change its QoS class',
    act: 'Restart the workload: its next Pods are sized.',
  },
  RestartNeeded: {
    family: 'running',
    says: 'the resizePolicy of a container asks for a restart when this resource is resized',
    act: 'Restart the workload, allow it (apply.running: inPlaceOrRestart), or set resizePolicy to NotRequired in the Pod template.',
  },
  ValueNotRemoved: {
    family: 'running',
    says: 'the running Pod has a limit that its author did not write, and a resize cannot remove it',
    act: 'Restart the workload: its next Pods come without it.',
  },
  Restarted: {
    family: 'running',
    says: 'the running Pod was restarted so that it gets what is applied',
    act: 'Nothing to do.',
  },
  RestartUnderWay: {
    family: 'running',
    says: 'another Pod of the workload is being replaced, or is not ready: restarts come one after another',
    act: 'Nothing to do, unless a Pod stays unready: kubectl describe pod.',
  },
  HeldByDisruptionBudget: {
    family: 'running',
    says: 'the Pod has to be restarted, and its PodDisruptionBudget lets no Pod go now',
    act: 'Wait until more Pods are ready, or widen the budget: kubectl get pdb.',
  },
  LastReplicaKept: {
    family: 'running',
    says: 'the Pod has to be restarted, and it is the last ready Pod of its workload',
    act: 'Run more replicas, restart the workload yourself, or allow it: apply.lastReplica and the annotation plimsoll.dev/restart-last-replica.',
  },
  NotRestarted: {
    family: 'running',
    says: 'the Pod has to be restarted, and Plimsoll restarts only Pods that a Deployment, StatefulSet, DaemonSet, ReplicaSet or Argo Rollout replaces',
    act: 'Restart it yourself: its next Pods are sized.',
  },
  RestartRefused: {
    family: 'running',
    says: 'the Pod has to be restarted, and the API server refuses that',
    act: 'Read the message of the API server: plimsoll doctor says which rights are missing.',
  },
  RestartDoesNotHelp: {
    family: 'running',
    says: 'the Pod was created after the revision was applied, and did not get it: a restart would not change that',
    act: 'See whether the webhook is called, and what comes after it: plimsoll doctor.',
  },
  MemoryInUse: {
    family: 'running',
    says: 'the memory limit of the running Pod was not lowered: within the last 24 hours, the container used more than the new limit leaves room for',
    act: 'Nothing to do: new Pods get the new limit.',
  },
  UsageNotKnown: {
    family: 'running',
    says: 'the memory limit of the running Pod was not lowered, because its usage of the last ten minutes is not known',
    act: 'Check that usage arrives: plimsoll doctor.',
  },
  WaitsForSlo: {
    family: 'running',
    says: 'the running Pod is not lowered while the error budget of an SLO burns, or while it is not known whether it does',
    act: 'See the SLOs: kubectl plimsoll slo. New Pods get what is applied.',
  },
  KeptWhenBack: {
    family: 'running',
    says: 'the running Pod went back to an earlier revision, and kept what the later one had given it more',
    act: 'Nothing to do: new Pods get the values of the earlier revision.',
  },
  ResizeUnderWay: {
    family: 'running',
    says: 'a resize of the Pod is being carried out',
    act: 'Nothing to do.',
  },
  ContainerStopped: {
    family: 'running',
    says: 'more memory reaches the container when it starts again',
    act: 'Nothing to do. If it is killed again each time, restart the workload.',
  },
  RaiseMissed: {
    family: 'running',
    says: 'the container was killed three times before its raise of memory reached it; it is raised again whenever it runs',
    act: 'Restart the workload: its next Pods start with the memory. kubectl plimsoll restart.',
  },
  ResizeDeferred: {
    family: 'running',
    says: 'the node has no room for the resize now; it is withdrawn if that lasts (apply.withdrawAfter)',
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
    says: 'the API server refuses the resize, and it is not tried again before something changes',
    act: 'Read the message of the API server.',
  },
  NodeFull: {
    family: 'running',
    says: 'the node has no room for what the Pod would request more',
    act: 'Make room on the node, or restart the workload: its next Pods may be placed on another node.',
  },
  NodeInTrouble: {
    family: 'running',
    says: 'the node is cordoned or short of memory, disk or processes: no Pod on it gets more',
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
    says: 'other Pods of the workload or of the node get the revision first',
    act: 'Nothing to do, or change the pace (apply.betweenBatches, apply.podsPerNode).',
  },
  NewPodsOnly: {
    family: 'running',
    says: 'Pods that run are not changed here; new ones get what is applied',
    act: 'Restart the workload, or set apply.running (Helm, SizingPolicy, annotation plimsoll.dev/apply-running).',
  },
  ChangesStopped: {
    family: 'running',
    says: 'somebody holds the workload, its changes are frozen, or no change window is open',
    act: 'See who holds it, and until when: kubectl plimsoll explain.',
  },
  BoostGiven: {
    family: 'startup',
    says: 'a container has started again, and gets more CPU until its Pod is ready',
    act: 'Nothing to do.',
  },
  BoostRemoved: {
    family: 'startup',
    says: 'the startup of the Pod is over: its containers have their steady CPU again',
    act: 'Nothing to do.',
  },
  BoostNotRemoved: {
    family: 'startup',
    says: 'a container still has the CPU of its startup, which is over: the API server or the kubelet does not carry out the resize, so no new Pod gets a boost',
    act: 'Read the Events and the resize conditions of the Pod. Deleting the Pod ends the boost.',
  },
  NoPodsResize: {
    family: 'startup',
    says: 'the API server has no pods/resize, or the learner may not use it: Pods that run cannot be changed, and get no boost, which could not be removed',
    act: 'Use Kubernetes 1.33 or later, and see the rights of the learner: plimsoll doctor. New Pods get what is applied.',
  },
  InvalidMode: {
    family: 'event',
    says: 'the namespace has a label plimsoll.dev/mode that is no mode; it is observed, and nothing is injected',
    act: 'Set the label to observe, approve or auto.',
  },
  InvalidName: {
    family: 'event',
    says: 'the workload gets no Recommendation: no object can have its name',
    act: 'Correct the label plimsoll.dev/workload or the owner of its Pods.',
  },
  WriteRefused: {
    family: 'event',
    says: 'the API server refuses the Recommendation of the workload; the last one stays in effect',
    act: 'Read the message of the API server. Often it is a policy engine, a quota of objects, or rights that were taken away.',
  },
  CertificateIssued: {
    family: 'event',
    says: 'the webhook has a new certificate: the first one, or the old one would expire soon',
    act: 'Nothing to do.',
  },
  CertificateRepaired: {
    family: 'event',
    says: 'a certificate of the webhook was damaged or lost, and was issued again',
    act: 'Find out who changed the Secret if it happens again.',
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
