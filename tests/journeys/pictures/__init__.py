"""The pictures of the how-to pages: the steps that the pages tell, walked in the sample."""
