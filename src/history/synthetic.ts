/*
 * The synthetic history: seeded, generated usage of services that never existed. It stands in where no recording and no
 * metrics store is at hand, and whatever shows it says that it is synthetic.
 *
 * What it has. CPU and memory are per Pod's container: night → daily high; then what goes beyond that, if anything.
 *
 * namespace kind        name           container   Pods  CPU            memory           what it is
 * shop      Deployment  storefront     storefront  3     60m → 350m     180Mi → 260Mi    Node web front; daily and weekly rhythm
 * shop      Deployment  checkout       checkout    3     40m → 280m     240Mi → 330Mi    Go service; evening rhythm, deploys weekly
 * shop      Deployment  checkout       envoy       3     15m → 90m      60Mi → 75Mi      native sidecar (init container that restarts always)
 * shop      Deployment  catalog        catalog     2     80m → 450m     420Mi → 560Mi    Go service; warm cache grows over each day
 * shop      Deployment  cart           cart        2     30m → 160m     150Mi → 700Mi    leaks ~180Mi a day, restarts when it is full
 * shop      Deployment  payments       payments    2     20m → 90m      200Mi → 250Mi    bursts to 600m for 5-20 min, a few a day
 * shop      Deployment  search         search      2     250m → 1400m   1.1Gi → 1.6Gi    index refresh each hour: bursts to 2200m
 * shop      Deployment  orders         orders      2     120m → 600m    1.2Gi → 1.9Gi    Java; heap as a saw-tooth of collections, 1.5 cores at start
 * shop      StatefulSet postgres       postgres    2     150m → 700m    1.6Gi → 2.3Gi    primary and standby; vacuum at 03:30, 1.2 cores
 * shop      StatefulSet redis          redis       3     25m → 120m     300Mi → 480Mi    snapshots fork: memory up by half for 5-10 min
 * shop      CronJob     nightly-report report      1     900m           900Mi            02:10 UTC each day, ~40 min; month's end twice as long
 * platform  Deployment  gateway        gateway     2     100m → 800m    90Mi → 130Mi     proxy in front of everything; steady memory
 * platform  StatefulSet kafka          kafka       3     200m → 650m    2.1Gi → 2.8Gi    broker on a JVM; flat heap, page cache follows traffic
 * platform  DaemonSet   log-agent      log-agent   4     15m → 60m      70Mi → 110Mi     per node; log storms to 400m and 200Mi
 *
 * All times are UTC. Saturdays and Sundays carry about two thirds of a working day's traffic. Replicas share the rhythm
 * and differ in level and noise; Deployment Pods change their names with each roll-out or restart, StatefulSet Pods keep theirs.
 */
