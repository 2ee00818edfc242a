// Many of these tests wait for a moment: for a disk, a program, a second that a peer is given. Four at once on two cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
