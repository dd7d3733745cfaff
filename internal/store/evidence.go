package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
)

// evidence is what a browser shows for an address.
type evidence int

const (
	typed  evidence = iota // nothing but the address
	shared                 // a code or link of a browser that is the user
	proof                  // that the address is theirs
)

// followLink finds out whose a Link is. ErrWrongCode: it is dead.
func (c *claiming) followLink(ctx context.Context) error {
	if c.Link == nil {
		return nil
	}
	email, _, err := linkedTo(ctx, c.tx, c.Link, c.now)
	if errors.Is(err, ErrNotFound) {
		return ErrWrongCode
	}
	c.Email = email
	return err
}

// evidence uses up what the claim shows for the address of h. ErrWrongCode: it shows something, and that
// is not right.
func (c *claiming) evidence(ctx context.Context, h holder) (shown evidence, err error) {
	right := true
	switch {
	case c.Link != nil:
		return useLink(ctx, c.tx, c.Link)
	case c.Code == "":
		return typed, nil
	case c.Asker != nil:
		shown = proof
		right, err = useProof(ctx, c.tx, c.Email, c.Code, c.Asker, c.now)
	default:
		shown = shared
		right, err = useCode(ctx, c.tx, h.ID, c.Code, c.now)
	}
	if err == nil && !right {
		err = ErrWrongCode
	}
	return shown, err
}

// present is the session of the holder that the browser has already.
func (c *claiming) present(ctx context.Context, h holder) (s Session, here bool, err error) {
	if h.ID == "" || len(c.Present) == 0 {
		return s, false, nil
	}
	sessions, err := selectSessions(ctx, c.tx, `s.user_id = $1 AND s.id IN (`+marks(2, len(c.Present))+`) ORDER BY s.typed DESC, s.created LIMIT 1`,
		append([]any{h.ID}, anys(c.Present)...)...)
	if err != nil || len(sessions) == 0 {
		return s, false, err
	}
	return sessions[0], true, nil
}

// invitation is the one that the claim shows. ErrNotFound: none, or it is over.
func (c *claiming) invitation(ctx context.Context) (Invitation, error) {
	if c.Invite == nil {
		return Invitation{}, ErrNotFound
	}
	return selectInvitation(ctx, c.tx, c.Invite, c.now)
}

// useLink uses up a live link.
func useLink(ctx context.Context, tx *sql.Tx, link []byte) (evidence, error) {
	for _, use := range []struct {
		of    evidence
		query string
	}{{proof, `DELETE FROM proofs WHERE link = $1`}, {shared, `DELETE FROM codes WHERE link = $1`}} {
		result, err := tx.ExecContext(ctx, use.query, hex.EncodeToString(link))
		if err != nil {
			return typed, err
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return use.of, err
		}
	}
	return typed, ErrWrongCode
}
