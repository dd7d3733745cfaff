package bench

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// A stat is what Linux tells of a process in /proc: fields counted from 1, as proc_pid_stat(5) does. Of
// one that has ended all are 0.
type stat []string

const pid, ppid, pgrp, utime, stime, cutime, cstime, rss = 1, 4, 5, 14, 15, 16, 17, 24

// Linux counts in hundredths of a second for everyone outside the kernel.
const tick = 10 * time.Millisecond

func readStat(path string) stat {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	// The name stands in brackets, and may have spaces and brackets in it.
	before, _, _ := strings.Cut(string(text), " ")
	after := string(text[strings.LastIndexByte(string(text), ')')+1:])
	return append(stat{before, "name"}, strings.Fields(after)...)
}

func (s stat) field(n int) int64 {
	if n > len(s) {
		return 0
	}
	v, _ := strconv.ParseInt(s[n-1], 10, 64) // always a number
	return v
}

func (s stat) ticks(fields ...int) (sum time.Duration) {
	for _, n := range fields {
		sum += time.Duration(s.field(n)) * tick
	}
	return sum
}
