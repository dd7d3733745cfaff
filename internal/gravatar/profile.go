package gravatar

import (
	"context"
	"encoding/json"
	"fmt"
)

// askName asks for profiles (https://api.gravatar.com/v3/openapi). Only a person's primary address
// has one, while any of theirs may have a picture.
func askName(u *upstream) func(context.Context, string) ([]byte, error) {
	return func(ctx context.Context, hash string) ([]byte, error) {
		body, err := u.get(ctx, hash, "")
		if err != nil || body == nil {
			return nil, err
		}
		var profile struct {
			DisplayName string `json:"display_name"`
		}
		if err := json.Unmarshal(body, &profile); err != nil {
			// The error itself may repeat what it read.
			return nil, fmt.Errorf("%w: no profile in it", errUnusable)
		}
		return []byte(CleanName(profile.DisplayName)), nil
	}
}
