{{/* OpenShift gives each namespace its own range of users, and refuses any other: there, the chart names no user. */}}
{{- define "plimsoll.podSecurity" -}}
{{- $context := deepCopy .Values.podSecurityContext -}}
{{- if .Capabilities.APIVersions.Has "security.openshift.io/v1" -}}
{{- range $field := list "runAsUser" "runAsGroup" -}}
{{- if eq (toString (get $context $field)) "65532" -}}
{{- $context = omit $context $field -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{- define "plimsoll.containerSecurity" -}}
{{- toYaml .Values.securityContext -}}
{{- end -}}

{{/* Additional labels of Pods: those of all objects, and those of Pods, which take precedence. */}}
{{- define "plimsoll.podLabels" -}}
{{- with merge (dict) (.Values.podLabels | default dict) (.Values.commonLabels | default dict) -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{/*
Fields that all Pods share: image pull secrets, priority, DNS, user, and scheduling. Takes root, and dnsPolicy for
where the values name none.
*/}}
{{- define "plimsoll.podSettings" -}}
securityContext:
  {{- include "plimsoll.podSecurity" .root | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .root.Values.dnsPolicy | default .dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .root.Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* How the Pods of a Deployment spread: over nodes and zones by default. Takes root and selector. */}}
{{- define "plimsoll.spread" -}}
topologySpreadConstraints:
  {{- if .root.Values.topologySpreadConstraints }}
  {{- $own := dict "labelSelector" (dict "matchLabels" (fromYaml .selector)) }}
  {{- range .root.Values.topologySpreadConstraints }}
  - {{- ternary . (merge (dict) (deepCopy .) $own) (hasKey . "labelSelector") | toYaml | nindent 4 }}
  {{- end }}
  {{- else }}
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    # Two Pods on one node are better than one Pod that waits for another node.
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- $.selector | nindent 8 }}
  {{- end }}
  {{- end }}
{{- end -}}
