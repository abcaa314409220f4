# Terraform and OpenTofu: terraform init && terraform apply
terraform {
  required_version = ">= 1.5"
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }
}

variable "chart" {
  description = "The chart: oci://ghcr.io/OWNER/charts/plimsoll, or a path to charts/plimsoll."
  type        = string
}

variable "chart_version" {
  description = "Version of a released chart; null for one from a path."
  type        = string
  default     = null
}

variable "prometheus_url" {
  description = "Prometheus to learn from; null for the metrics API."
  type        = string
  default     = null
}

variable "values" {
  description = "More values of the chart."
  type        = any
  default     = {}
}

provider "helm" {
  kubernetes = {
    config_path = pathexpand("~/.kube/config")
  }
}

resource "helm_release" "plimsoll" {
  name             = "plimsoll"
  namespace        = "plimsoll"
  create_namespace = true
  chart            = var.chart
  version          = var.chart_version
  values = [
    yamlencode(var.prometheus_url == null ? {} : { settings = { prometheus = { url = var.prometheus_url } } }),
    yamlencode(var.values),
  ]
}
