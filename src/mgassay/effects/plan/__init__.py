"""Before the experiment: which shares the arms can tell, and how many donors that takes."""
