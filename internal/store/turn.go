package store

import (
	"cmp"
	"hash/crc32"
	"slices"
)

// mostAuthors is how many locks a transaction takes: PostgreSQL has room for 6,400, by default, of all nodes together.
const mostAuthors = 256

// A turn is what a transaction waits for before it writes. What is shared goes on side by side with others.
type turn struct {
	shared  bool
	authors []int32 // hashes of those who speak, in order
}

// turnFor is the turn that the jobs need, which it puts in order: so that of those who share turns nobody waits for others
// in a circle, all lock in one order. First the authors, for Refs and Files, which may be the same in several rooms;
// then what the others change beside, then rooms.
func turnFor(jobs []*job, alone bool) turn {
	if alone || slices.ContainsFunc(jobs, (*job).alone) {
		return turn{}
	}
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(a.beside, b.beside) })
	var authors []int32
	for _, j := range jobs {
		if p := j.post; p != nil && (p.Ref != "" || len(p.Files) > 0) {
			authors = append(authors, int32(crc32.ChecksumIEEE([]byte(p.Author.ID))))
		}
	}
	slices.Sort(authors)
	authors = slices.Compact(authors)
	return turn{shared: len(authors) <= mostAuthors, authors: authors}
}

// alone says whether nobody else may write while j does.
func (j *job) alone() bool { return j.write != nil && j.beside == "" }
