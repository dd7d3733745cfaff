package room

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

const (
	doubtGather = time.Second     // in which more doubts come, since one cause has many
	doubtEvery  = 5 * time.Second // between two looks, which may be at thousands of users
	doubtUsers  = 4               // who are looked at at the same time: the store has others to serve
)

// doubt has everybody on this node looked at again: hints may have been missed.
func (d *Directory) doubt() { signal(d.doubts) }

// lookAgain looks at everybody when there is doubt, until it has succeeded.
func (d *Directory) lookAgain() {
	wait := func(how time.Duration) {
		select {
		case <-time.After(how):
		case <-d.ctx.Done():
		}
	}
	for {
		select {
		case <-d.doubts:
		case <-d.ctx.Done():
			return
		}
		wait(doubtGather)
		select {
		case <-d.doubts:
		default:
		}
		if err := d.lookAtAll(d.ctx); err != nil && d.ctx.Err() == nil {
			d.out.Error("look at everybody again", "err", err)
			d.doubt()
		}
		wait(doubtEvery)
	}
}

func (d *Directory) lookAtAll(ctx context.Context) error {
	d.mu.Lock()
	unsure := d.unsure
	d.mu.Unlock()
	if err := unsure(ctx); err != nil {
		return err
	}
	for _, r := range d.all() {
		r.last.forget() // perhaps somebody's name
	}
	looks, ctx := errgroup.WithContext(ctx)
	looks.SetLimit(doubtUsers)
	for _, user := range d.stays.users() {
		if ctx.Err() != nil {
			break
		}
		looks.Go(func() error { return d.lookAt(ctx, user) })
	}
	return looks.Wait()
}

// lookAt makes all sockets of a user agree with the store, in everything that hints are about.
func (d *Directory) lookAt(ctx context.Context, user string) error {
	if err := d.turns.take(ctx, user); err != nil {
		return err
	}
	defer d.turns.give(user)
	if !d.stays.any(user) {
		return nil
	}
	if err := d.introduce(ctx, user); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	}
	member, err := d.store.Hears(ctx, user)
	if err != nil {
		return err
	}
	rooms, err := d.store.Rooms(ctx, user)
	if err != nil {
		return err
	}
	all := slices.Clone(member)
	for _, r := range d.stays.roomsOf(user) {
		all = append(all, r.ID)
	}
	slices.Sort(all)
	for _, room := range slices.Compact(all) {
		h := hint{User: user, Room: room}
		i := slices.IndexFunc(rooms, func(info message.Room) bool { return info.ID == room })
		switch {
		case !slices.Contains(member, room):
			err = d.goOut(h)
		case i >= 0:
			err = d.comeIn(ctx, h, rooms[i])
		default: // hidden, or left meanwhile
			err = d.place(ctx, h)
		}
		if err != nil {
			d.later(pending{hint: h})
		}
	}
	return nil
}
