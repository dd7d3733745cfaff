package gravatar

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"time"
)

const (
	maxFiles   = 10_000
	pruneEvery = 1_000 // writes
	tempPrefix = ".new-"
)

// A disk keeps one kind of facts in a folder, a file each, named by the hash it is about. A
// file holds the SHA-256 of upstream's address and of all that follows; when (Unix seconds, 8
// bytes, big endian); the fact. So whatever is broken, or was said by another upstream, does
// not count.
type disk struct {
	dir      string
	upstream string
	log      *slog.Logger
	files    int // at most, after pruning
	writes   atomic.Int64
	failing  atomic.Bool
}

func openDisk(dir, upstream string, log *slog.Logger) (*disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return &disk{dir: dir, upstream: upstream, log: log, files: maxFiles}, nil
}

func (d *disk) read(hash string) (fact, bool) {
	file, err := os.ReadFile(filepath.Join(d.dir, hash))
	if err != nil || len(file) < sha256.Size+8 {
		return fact{}, false
	}
	sum, rest := file[:sha256.Size], file[sha256.Size:]
	if !bytes.Equal(sum, d.sum(rest)) {
		return fact{}, false
	}
	at := time.Unix(int64(binary.BigEndian.Uint64(rest)), 0)
	return fact{data: rest[8:], at: at}, true
}

func (d *disk) sum(rest []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q", d.upstream)
	h.Write(rest)
	return h.Sum(nil)
}

// write keeps f. That it could not is logged, once until it can: one goes on without.
func (d *disk) write(hash string, f fact) {
	rest := binary.BigEndian.AppendUint64(nil, uint64(f.at.Unix()))
	rest = append(rest, f.data...)
	err := d.replace(hash, append(d.sum(rest), rest...))
	if failed := err != nil; d.failing.Swap(failed) != failed && failed {
		d.log.Warn("gravatar: answers cannot be kept on disk", "err", reason(err))
	}
	if d.writes.Add(1)%pruneEvery == 0 {
		d.prune()
	}
}

func (d *disk) replace(hash string, file []byte) error {
	temp, err := os.CreateTemp(d.dir, tempPrefix) // 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(file)
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), filepath.Join(d.dir, hash))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(temp.Name()))
	}
	return err
}

// reason leaves out the path, which ends in a hash.
func reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

var (
	keptName = regexp.MustCompile(`^[0-9a-f]{64}$`)
	tempName = regexp.MustCompile(`^\` + tempPrefix + `\d+$`)
)

// prune removes the oldest files, those over the number that is kept, and what a crash left
// half-written. It touches nothing that is not named as we name.
func (d *disk) prune() {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return // write says so
	}
	type file struct {
		name string
		time time.Time
	}
	var kept []file
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		switch {
		case keptName.MatchString(e.Name()):
			kept = append(kept, file{e.Name(), info.ModTime()})
		case tempName.MatchString(e.Name()) && time.Since(info.ModTime()) > time.Hour:
			d.remove(e.Name())
		}
	}
	slices.SortFunc(kept, func(a, b file) int { return a.time.Compare(b.time) })
	for _, old := range kept[:max(0, len(kept)-d.files)] {
		d.remove(old.name)
	}
}

func (d *disk) remove(name string) {
	if err := os.Remove(filepath.Join(d.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.log.Warn("gravatar: the cache cannot be pruned", "err", reason(err))
	}
}
