package room

import (
	"slices"
	"sync"

	"gochatting/internal/message"
)

// recentFrames is how many of a room's latest frames are kept in memory: after a restart or an
// outage thousands ask for the same few messages.
const recentFrames = 512

// recent is the end of a room's log as it was delivered here, each message as it is now: what was changed or
// deleted is not told to who comes later. run adds to it, anybody reads it.
type recent struct {
	mu     sync.Mutex
	from   int64 // nothing is missing after this rev, up to rev
	rev    int64
	frames []*message.Frame // at most twice recentFrames; those that since has given away stay as they are
}

// begin tells that everything after rev will be added. Before, nothing is known.
func (l *recent) begin(rev int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.from, l.rev = rev, rev
}

// reached is the rev up to which all was delivered, if anything is known.
func (l *recent) reached() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rev
}

func (l *recent) add(frames []*message.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.frames = current(append(l.frames, frames...), len(l.frames))
	l.rev = frames[len(frames)-1].Rev
	if len(l.frames) <= 2*recentFrames {
		return
	}
	old := l.frames[:len(l.frames)-recentFrames]
	l.from = old[len(old)-1].Rev
	l.frames = append(make([]*message.Frame, 0, 2*recentFrames), l.frames[len(old):]...)
}

// current leaves out the frames that a later change of their message has overtaken, as the store does; those
// from new on are new.
func current(frames []*message.Frame, new int) []*message.Frame {
	changed := make(map[int64]int64)
	for _, f := range frames[new:] {
		if f.Rev > f.ID {
			changed[f.ID] = f.Rev
		}
	}
	overtaken := func(f *message.Frame) bool { return f.Rev < changed[f.ID] }
	if len(changed) == 0 || !slices.ContainsFunc(frames, overtaken) {
		return frames
	}
	return slices.DeleteFunc(slices.Clone(frames), overtaken)
}

// forget has the store asked for everything until now: it knows names that nobody is to be told any more.
func (l *recent) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.from, l.frames = max(l.from, l.rev), nil
}

// since gives up to limit frames after rev, if nothing is missing among them, nor behind them up to
// the rev that must be reached.
func (l *recent) since(rev, reach int64, limit int) (frames []*message.Frame, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rev < l.from || l.rev < reach {
		return nil, false
	}
	// Few ask for much: from the end it is not far.
	i := len(l.frames)
	for i > 0 && l.frames[i-1].Rev > rev {
		i--
	}
	return l.frames[i:min(i+limit, len(l.frames))], true
}
