"""Pages of posts: the board, a village, an officer, the four chiefs."""
