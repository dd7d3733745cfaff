package store

import (
	"context"
	"time"

	"gochatting/internal/message"
)

// Release lets an address go, typed or verified: who comes by it next is somebody else. ended are the user's
// sessions. ErrNotFound: no such user, or they have no address; ErrForbidden: it is not for by to do, who must
// be an owner and of a higher rank.
func (s *Store) Release(ctx context.Context, by, userID string) (ended []string, err error) {
	return rewrite(ctx, s, "release an address", true, func(ctx context.Context, r *rewriting) ([]string, error) {
		if err := mustBe(ctx, r.tx, by, message.RoleOwner, r.now); err != nil {
			return nil, err
		}
		u, err := below(ctx, r.tx, by, userID, r.now)
		if err == nil && u.Email == "" {
			err = ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		if _, err := insertAct(ctx, r.tx, r.now, act{actor: by, act: ActRelease, subject: u.ID}); err != nil {
			return nil, err
		}
		return lose(ctx, r.tx, u.ID, r.now)
	})
}

// Leave deletes the account of a user: address, name, picture, sessions, invitations, memberships but for direct
// rooms, and the files that are in no message. What they said stays, or with remove is taken away by RemoveNext.
// ended are their sessions; blobs are as of Delete. ErrNotFound: no such user, or they have no address;
// ErrConflict: they are the last owner, and there are other people.
func (s *Store) Leave(ctx context.Context, userID string, remove bool) (ended, blobs []string, err error) {
	type answer struct{ ended, blobs []string }
	a, err := rewrite(ctx, s, "leave", true, func(ctx context.Context, r *rewriting) (a answer, err error) {
		u, err := selectUser(ctx, r.tx, `u.email IS NOT NULL AND u.id = $1`, userID)
		if err != nil {
			return a, err
		}
		if err := mayLeave(ctx, r.tx, u, r.now); err != nil {
			return a, err
		}
		if a.blobs, err = dropFiles(ctx, r.tx, `room IS NULL AND owner = $1`, u.ID); err != nil {
			return a, err
		}
		if remove {
			purged, err := wipePurgedOf(ctx, r.tx, u.ID)
			if err != nil {
				return a, err
			}
			a.blobs = append(a.blobs, purged...)
		}
		if a.ended, err = lose(ctx, r.tx, u.ID, r.now); err != nil {
			return a, err
		}
		return a, forget(ctx, r.tx, u, remove, r.now)
	})
	return a.ended, a.blobs, err
}

// mayLeave is ErrConflict for the last owner of others.
func mayLeave(ctx context.Context, q querier, u User, now time.Time) error {
	if u.Role != message.RoleOwner {
		return nil
	}
	alone, err := isAlone(ctx, q, u.ID)
	if err != nil || alone {
		return err
	}
	return notLastOwner(ctx, q, u.ID, now)
}
