"""One file per benchmark: questions asked, answers scored."""
