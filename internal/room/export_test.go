package room

import (
	"context"

	"gochatting/internal/user"
)

// Join has u in one room, whoever they are, and looking at it.
func (d *Directory) Join(ctx context.Context, room string, u *user.OnlineUser) (*ActiveRoom, error) {
	r, _, err := d.join(ctx, room, u, true)
	return r, err
}

// Name is this node's among all.
func (d *Directory) Name() string { return d.nodes.self }
