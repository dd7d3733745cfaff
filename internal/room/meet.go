package room

import (
	"context"
	"slices"
	"time"
)

const (
	doubtDeaf = 15 * time.Second // while a node is not heard; for no longer the store takes a dead one for alive
	leaveTime = time.Second      // to tell the store that this node stops; if not, it will notice
)

// A deafness is that nodes share the store and are not heard. What such a node hints at is missed, and nothing
// shows it.
type deafness struct {
	to     []string  // at the latest look; once is an accident
	doubts int       // that followed, 0 while all are heard
	last   time.Time // of them
}

// meet looks for nodes that are not heard. As long as there is one, everybody is looked at again and again.
func (d *Directory) meet(deaf *deafness) error {
	alive, err := d.store.Nodes(d.ctx, d.nodes.self)
	if err != nil {
		return err
	}
	before := deaf.to
	deaf.to = d.nodes.unheard(alive)
	now := time.Now()
	switch {
	case len(deaf.to) == 0:
		if deaf.doubts > 1 {
			d.out.Info("all servers that share the database are heard again")
		}
		deaf.doubts = 0
	case deaf.doubts > 0 && now.Sub(deaf.last) < doubtDeaf:
	case slices.ContainsFunc(deaf.to, func(node string) bool { return slices.Contains(before, node) }):
		if deaf.doubts++; deaf.doubts == 2 { // until then it may be one that died before this one began
			d.out.Warn("a server shares the database and is not heard: what people may do is looked up every 15 s; " +
				"check --peers, --nats and the network")
		}
		deaf.last = now
		d.doubt()
	}
	return nil
}

// unheard are those of some nodes that the bus does not bring any news of.
func (all *nodes) unheard(some []string) (names []string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, name := range some {
		if all.others[name] == nil {
			names = append(names, name)
		}
	}
	return names
}

// part tells the store that this node is not there any more.
func (d *Directory) part() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	if err := d.store.LeaveNodes(ctx, d.nodes.self); err != nil {
		d.out.Debug("leave the nodes", "err", err)
	}
}
