package room

import "time"

const catchUpEvery = 3 * time.Second

// catchUp compares what is known here with the store, every few seconds, and at once when the bus has lost
// something: the rooms that are awake, since no later frame shows the hole when the last of a room is lost, and
// the other nodes.
func (d *Directory) catchUp() {
	tick := time.NewTicker(catchUpEvery)
	defer tick.Stop()
	failing := false
	var deaf deafness
	for {
		select {
		case <-tick.C:
		case <-d.losses:
		case <-d.ctx.Done():
			return
		}
		err := d.compare()
		if err == nil {
			err = d.meet(&deaf)
		}
		switch {
		case d.ctx.Err() != nil:
		case err != nil && !failing:
			failing = true
			d.out.Warn("look at what was said", "err", err)
		case err == nil && failing:
			failing = false
			d.out.Info("what was said can be looked at again")
		}
	}
}

func (d *Directory) compare() error {
	awake := d.all()
	ids := make([]string, len(awake))
	for i, r := range awake {
		ids[i] = r.ID
	}
	revs, err := d.store.Revs(d.ctx, ids)
	if err != nil {
		return err
	}
	for _, r := range awake {
		if rev := revs[r.ID]; rev > r.last.reached() {
			r.catchUp(rev)
		}
	}
	return nil
}

// catchUp has the room hear what the store has up to a rev.
func (r *ActiveRoom) catchUp(rev int64) {
	select {
	case r.reached <- rev:
	case <-r.CloseSign:
	}
}
