// The model and the estimators of VPA's recommender with so many containers, driven as bench/learner/steady.ts drives the learner:
// a fortnight known of each, a sample a minute, and a look at every recommendation a minute. `recommender CONTAINERS` prints what a
// minute takes.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	vpa_types "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/logic"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender/model"
)

const (
	containersAWorkload = 2
	knownHours          = 14 * 24
	minutes             = 11
	startSeconds        = 1_780_272_000
)

type figures struct {
	Containers          int     `json:"containers"`
	BaseBytes           int64   `json:"baseBytes"`
	LearnedBytes        int64   `json:"learnedBytes"`
	ResidentBytes       int64   `json:"residentBytes"`
	SampleMilliseconds  float64 `json:"sampleMilliseconds"`
	PublishMilliseconds float64 `json:"publishMilliseconds"`
	AllocatedBytes      uint64  `json:"allocatedBytes"`
}

func main() {
	containers, err := strconv.Atoi(os.Args[1])
	must(err)
	// The defaults of the recommender's flags.
	model.InitializeAggregationsConfig(model.NewAggregationsConfig(24*time.Hour, 8, 24*time.Hour, 24*time.Hour, 1.2, 100*1024*1024))
	recommender := logic.CreatePodResourceRecommender(logic.RecommendationConfig{
		SafetyMarginFraction: 0.15, PodMinCPUMillicores: 25, PodMinMemoryMb: 250,
		TargetCPUPercentile: 0.9, LowerBoundCPUPercentile: 0.5, UpperBoundCPUPercentile: 0.95, ConfidenceIntervalCPU: 24 * time.Hour,
		TargetMemoryPercentile: 0.9, LowerBoundMemoryPercentile: 0.5, UpperBoundMemoryPercentile: 0.95, ConfidenceIntervalMemory: 24 * time.Hour,
	})
	base := resident()
	cluster := model.NewClusterState(time.Hour)
	ids := make([]model.ContainerID, 0, containers)
	for i := range containers / containersAWorkload {
		namespace, name := fmt.Sprintf("team-%d", i%50), fmt.Sprintf("service-%d", i)
		set := labels.Set{"app": name}
		vpa := &vpa_types.VerticalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
		must(cluster.AddOrUpdateVpa(vpa, labels.SelectorFromSet(set)))
		pod := model.PodID{Namespace: namespace, PodName: fmt.Sprintf("%s-5b8dd68bd7-%d", name, i)}
		cluster.AddOrUpdatePod(pod, set, corev1.PodRunning)
		for c := range containersAWorkload {
			id := model.ContainerID{PodID: pod, ContainerName: fmt.Sprintf("container-%d", c)}
			request := model.Resources{model.ResourceCPU: 500, model.ResourceMemory: 1 << 30}
			must(cluster.AddOrUpdateContainer(id, request))
			ids = append(ids, id)
		}
	}
	takeIn := func(at int64) {
		for i, id := range ids {
			cores, bytes := usage(at, i)
			start := time.Unix(at+int64(i*61%3600)-3600, 0)
			add(cluster, id, start, model.ResourceCPU, model.CPUAmountFromCores(cores))
			add(cluster, id, start, model.ResourceMemory, model.MemoryAmountFromBytes(bytes))
		}
	}
	publish := func() {
		for _, vpa := range cluster.VPAs() {
			resources := recommender.GetRecommendedPodResources(vpa.AggregateStateByContainerName())
			vpa.UpdateRecommendation(logic.MapToListOfRecommendedContainerResources(resources, logic.RecommendationFormat{}))
		}
	}
	for hour := range int64(knownHours) {
		takeIn(startSeconds + hour*3600)
	}
	debug.FreeOSMemory()
	learned := resident()
	publish()
	var sampled, published, allocated []float64
	for minute := range int64(minutes) {
		at := startSeconds + int64(knownHours)*3600 + (minute+1)*60
		before := totalAllocated()
		sampled = append(sampled, timed(func() { takeIn(at) }))
		published = append(published, timed(publish))
		allocated = append(allocated, float64(totalAllocated()-before))
	}
	debug.FreeOSMemory()
	full := resident()
	runtime.KeepAlive(cluster)
	must(json.NewEncoder(os.Stdout).Encode(figures{
		containers, base, learned, full, median(sampled), median(published), uint64(median(allocated)),
	}))
}

func usage(at int64, i int) (cores, bytes float64) {
	phase := 2 * math.Pi * float64((at+int64(i)*977)%86_400) / 86_400
	noise := float64((at/60+int64(i)*37)%101) / 101
	cores = (0.05 + float64(i%40)/20) * (1 + 0.5*math.Sin(phase) + 0.3*noise)
	bytes = (64 + float64(i%60)*32) * (1 << 20) * (1 + 0.1*math.Sin(phase) + 0.05*noise)
	return cores, bytes
}

func add(cluster model.ClusterState, id model.ContainerID, start time.Time, resource model.ResourceName, amount model.ResourceAmount) {
	sample := model.ContainerUsageSample{MeasureStart: start, Usage: amount, Resource: resource}
	// What is older than the newest is refused, which is no error here.
	_ = cluster.AddSample(&model.ContainerUsageSampleWithKey{ContainerUsageSample: sample, Container: id})
}

// CPU time, in milliseconds.
func timed(work func()) float64 {
	used := cpuTime()
	work()
	return float64(cpuTime()-used) / 1e6
}

func cpuTime() int64 {
	var used syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return used.Utime.Nano() + used.Stime.Nano()
}

func totalAllocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

func resident() int64 {
	status, err := os.ReadFile("/proc/self/status")
	must(err)
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kibibytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	must(err)
	return kibibytes * 1024
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
