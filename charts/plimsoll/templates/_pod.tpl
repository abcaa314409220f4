{{/* OpenShift gives each namespace its own range of users, and refuses any other: there, the chart's own is left out. */}}
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

{{/* Where Pods may run: spread over nodes and zones unless values say otherwise. Takes root and selector. */}}
{{- define "plimsoll.placement" -}}
topologySpreadConstraints:
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
